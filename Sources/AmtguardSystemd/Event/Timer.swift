import CSystemd
import Glibc
public import SystemPackage

/// A timer that goes off once each time it is armed, on `CLOCK_BOOTTIME`, which counts on through sleep.
///
/// It ends with the value. It may be armed again, disarmed or dropped inside its own body.
@safe public struct Timer: ~Copyable {
    private let registration: EventSource

    fileprivate init(_ registration: consuming EventSource) {
        self.registration = registration
    }

    /// Lets the timer go off so long from now. An earlier appointment is forgotten.
    ///
    /// - Parameters:
    ///   - delay: counted from the call, not from the moment the loop woke up.
    ///   - accuracy: how much later is early enough; the more, the fewer wake-ups, as several timers share one.
    public func arm(after delay: Duration, accuracy: Duration = .milliseconds(1)) {
        arm(at: BootClock.now + delay, accuracy: accuracy)
    }

    /// Lets the timer go off at a point in time, which is at once when it has passed. An earlier appointment is
    /// forgotten.
    ///
    /// The corresponding C functions are `sd_event_source_set_time` and `sd_event_source_set_time_accuracy`.
    /// - Parameters:
    ///   - time: time since boot.
    ///   - accuracy: how much later is early enough.
    public func arm(at time: Duration, accuracy: Duration = .milliseconds(1)) {
        // All three fail only for a loop that has ended, and in a forked child.
        // An accuracy of 0 would mean libsystemd's default, 250 ms.
        _ = unsafe sd_event_source_set_time_accuracy(registration.source, max(accuracy.microseconds, 1))
        _ = unsafe sd_event_source_set_time(registration.source, time.microseconds)
        _ = unsafe sd_event_source_set_enabled(registration.source, CInt(SD_EVENT_ONESHOT))
    }

    /// Forgets the appointment, if there is one.
    public func disarm() {
        registration.setEnabled(false)
    }
}

extension EventLoop {
    /// Makes a timer that is not armed yet. The corresponding C function is `sd_event_add_time`.
    ///
    /// - Throws: `.noMemory`, `.tooManyOpenFiles`, and the like: the loop's first timer needs a descriptor.
    public func timer(
        _ name: StaticString, priority: Priority = .normal, _ body: @escaping () -> Void
    ) throws(Errno) -> Timer {
        // The end of time never comes: not armed.
        let handler = unsafe Unmanaged.passRetained(Handler(body))
        var source: OpaquePointer?
        let result = unsafe sd_event_add_time(
            event, &source, CLOCK_BOOTTIME, .max, 0,
            { _, _, userdata in
                unsafe object(Handler.self, behind: userdata).body()
                return 0
            }, handler.toOpaque())
        let registration = try unsafe EventSource(adopting: source, result, handler)
        try registration.configure(name, priority)
        return Timer(registration)
    }
}
