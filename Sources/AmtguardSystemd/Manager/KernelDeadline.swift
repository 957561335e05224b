import CSystemd
import Glibc

/// A deadline: if the process does not postpone it in time, the kernel kills the process.
///
/// SIGKILL also kills a stopped process. Sleep of the machine does not count (CLOCK_MONOTONIC). A child does not
/// inherit the timer.
@safe final class KernelDeadline {
    private let timer: timer_t?
    private let time: itimerspec

    /// Sets the deadline; `nil` if the kernel refuses the timer.
    ///
    /// The corresponding C function is `timer_create` with SIGEV_SIGNAL.
    init?(after patience: Duration) {
        var event = unsafe sigevent()
        unsafe event.sigev_notify = CInt(SIGEV_SIGNAL)
        unsafe event.sigev_signo = SIGKILL
        var timer: timer_t?
        guard unsafe timer_create(CLOCK_MONOTONIC, &event, &timer) == 0 else { return nil }
        unsafe self.timer = timer
        let (seconds, attoseconds) = patience.components
        time = itimerspec(
            it_interval: timespec(), it_value: timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
        )
        putOff()
    }

    /// Restarts the deadline. The corresponding C function is `timer_settime`.
    func putOff() {
        var time = time
        unsafe timer_settime(timer, 0, &time, nil)
    }

    /// The corresponding C function is `timer_delete`.
    deinit {
        unsafe timer_delete(timer)
    }
}
