import CSystemd
import Glibc
public import SystemPackage

// Keeps the loop running when a system call fails.

extension EventLoop {
    /// Runs until `exit` and returns its code.
    ///
    /// A turn may fail (`epoll_wait`, `timerfd_settime`). Then `survive` gets the error, and after a pause of 1 ms to
    /// 100 ms the loop continues. The corresponding C functions are `sd_event_run` and `sd_event_get_exit_code`.
    /// - Parameter survive: does the work that can't wait until the next turn.
    /// - Throws: `.staleNFSFileHandle` for a loop that has ended before, `.noChildProcess` in a forked child.
    public func run(surviving survive: (Errno) -> Void = { _ in }) throws(Errno) -> CInt {
        let shortest: UInt32 = 1_000
        var pause = shortest
        repeat {
            do {
                _ = try turn(timeout: nil)
                pause = shortest
            } catch {
                // The loop has ended, or belongs to another process.
                guard error != .staleNFSFileHandle, error != .noChildProcess else { throw error }
                survive(error)
                usleep(pause)
                pause = min(pause * 2, 100_000)
                renewAppointments()
            }
        } while unsafe sd_event_get_state(event) != CInt(SD_EVENT_FINISHED)
        var code: CInt = 0
        unsafe try check(sd_event_get_exit_code(event, &code))
        return code
    }

    /// One turn. The corresponding C function is `sd_event_run`.
    ///
    /// - Parameter timeout: how long to wait for a source; `nil` for no limit.
    /// - Returns: whether a source was served.
    func turn(timeout: Duration?) throws(Errno) -> Bool {
        let next = keepAppointments()
        let wait = [timeout, next].compactMap { $0 }.min()
        return unsafe try check(sd_event_run(event, wait?.microseconds ?? .max)) > 0
    }

    /// Tries again to register the timers that libsystemd could not register. Runs those that are due and still not
    /// registered.
    ///
    /// - Returns: how soon this must be called again; `nil` if libsystemd has registered all of them.
    private func keepAppointments() -> Duration? {
        guard appointments.values.contains(where: { !$0.appointment.isRegistered }) else { return nil }
        var next = Duration.seconds(1)
        for listed in appointments.keys {
            // The body of a timer may release other timers.
            guard let appointment = appointments[listed]?.appointment, !appointment.isRegistered else { continue }
            appointment.register()
            if appointment.isRegistered {
                appointment.renew()
            } else if let time = appointment.time {
                let wait = time - BootClock.now
                if wait > .zero { next = min(next, wait) } else { appointment.keep() }
            }
        }
        return next
    }

    /// libsystemd assumes that a time is set even if `timerfd_settime` failed. So this sets all times again.
    private func renewAppointments() {
        for listed in appointments.values { listed.appointment.renew() }
    }
}
