import CSystemd
import Glibc
import SystemPackage

/// A timer that fires once each time it is armed, on `CLOCK_BOOTTIME`, which continues during sleep.
///
/// It ends with the value. It may be armed again, disarmed or released inside its own body. If the kernel refuses a
/// `timerfd`, `EventLoop.run` runs the timer on time until there is one.
@safe public struct Timer: ~Copyable {
    private let appointment: Appointment

    fileprivate init(_ appointment: Appointment) {
        self.appointment = appointment
    }

    /// Makes the timer fire after `delay`. Replaces an earlier time.
    ///
    /// - Parameters:
    ///   - delay: counted from the call, not from the moment the loop woke up.
    ///   - accuracy: the allowed delay; a larger one saves wake-ups, because several timers share one.
    public func arm(after delay: Duration, accuracy: Duration = .milliseconds(1)) {
        arm(at: BootClock.now + delay, accuracy: accuracy)
    }

    /// Makes the timer fire at a point in time, or at once if that has passed. Replaces an earlier time.
    ///
    /// - Parameters:
    ///   - time: time since boot.
    ///   - accuracy: the allowed delay.
    public func arm(at time: Duration, accuracy: Duration = .milliseconds(1)) {
        // An accuracy of 0 would mean libsystemd's default, 250 ms.
        appointment.make(at: time, accuracy: max(accuracy, .microseconds(1)))
    }

    /// Removes the time, if there is one.
    public func disarm() {
        appointment.cancel()
    }
}

extension EventLoop {
    /// Creates a timer that is not armed yet.
    public func timer(_ name: StaticString, priority: Priority = .normal, _ body: @escaping () -> Void) -> Timer {
        Timer(Appointment(on: self, name, priority, body))
    }
}

/// The time and the body of a timer, even if libsystemd could not register it.
@safe final class Appointment {
    private let loop: EventLoop
    private let name: StaticString
    private let priority: EventLoop.Priority
    private let body: () -> Void
    private var registration: EventSource?
    private(set) var time: Duration?
    private var accuracy = Duration.zero

    init(on loop: EventLoop, _ name: StaticString, _ priority: EventLoop.Priority, _ body: @escaping () -> Void) {
        (self.loop, self.name, self.priority, self.body) = (loop, name, priority, body)
        loop.appointments[ObjectIdentifier(self)] = EventLoop.Listed(appointment: self)
        register()
    }

    deinit { loop.appointments[ObjectIdentifier(self)] = nil }

    /// Whether libsystemd runs the timer; otherwise the loop does.
    var isRegistered: Bool {
        switch registration {
        case .some: true
        case .none: false
        }
    }

    func make(at time: Duration, accuracy: Duration) {
        (self.time, self.accuracy) = (time, accuracy)
        if !isRegistered { register() }
        renew()
    }

    func cancel() {
        time = nil
        registration?.setEnabled(false)
    }

    /// Sets the time in libsystemd once more. libsystemd does not repeat a time that the kernel refused to set.
    ///
    /// The corresponding C functions are `sd_event_source_set_time` and `sd_event_source_set_time_accuracy`.
    func renew() {
        guard let time else { return }
        switch registration {
        case .none: return
        case .some(let registration):
            // All three fail only if the loop has ended, or in a forked child.
            _ = unsafe sd_event_source_set_time_accuracy(registration.source, accuracy.microseconds)
            _ = unsafe sd_event_source_set_time(registration.source, time.microseconds)
            _ = unsafe sd_event_source_set_enabled(registration.source, CInt(SD_EVENT_ONESHOT))
        }
    }

    /// Fires. The body may release this timer, so nothing here is used after it.
    func keep() {
        time = nil
        let body = body
        body()
    }

    /// The corresponding C function is `sd_event_add_time`. The loop's first timer needs a descriptor.
    func register() {
        // The greatest time never fires: the timer starts disarmed.
        registration = try? unsafe EventSource.make(name, priority, { [unowned self] in keep() }) { source, handler in
            unsafe sd_event_add_time(
                loop.event, source, CLOCK_BOOTTIME, .max, 0,
                { _, _, handler in unsafe Handler.call(behind: handler) }, handler)
        }
    }
}
