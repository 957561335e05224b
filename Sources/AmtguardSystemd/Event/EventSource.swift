import CSystemd
import SystemPackage

/// A registration with the event loop. It ends with the value, so the caller must keep the value.
///
/// The corresponding C type is `sd_event_source`. It may end while its own body is running.
@safe public struct EventSource: ~Copyable {
    let source: OpaquePointer

    /// Takes over the result of `sd_event_add_…`, with the handler that was retained for it.
    init(adopting source: OpaquePointer?, _ result: CInt, _ handler: Unmanaged<Handler>) throws(Errno) {
        guard result >= 0 else {
            unsafe handler.release()
            throw Errno(rawValue: -result)
        }
        unsafe self.source = made(source)
        // The handler may be running when the source ends: libsystemd calls this after the handler has returned.
        unsafe sd_event_source_set_destroy_callback(self.source) { unsafe release(Handler.self, behind: $0) }
    }

    /// A registration that calls `body`.
    ///
    /// - Parameter add: The matching `sd_event_add_…`. It gets the address for the source, and the handler that
    ///   libsystemd has to pass to the callback.
    static func make(
        _ name: StaticString, _ priority: EventLoop.Priority, _ body: @escaping () -> Void,
        _ add: (UnsafeMutablePointer<OpaquePointer?>, UnsafeMutableRawPointer) -> CInt
    ) throws(Errno) -> EventSource {
        let handler = unsafe Unmanaged.passRetained(Handler(body))
        var source: OpaquePointer?
        let result = unsafe add(&source, handler.toOpaque())
        let registration = try unsafe EventSource(adopting: source, result, handler)
        try registration.configure(name, priority)
        return registration
    }

    deinit {
        unsafe sd_event_source_disable_unref(source)
    }

    /// Switches the source off or on. If it was due in the meantime, it fires when it is on again.
    ///
    /// The corresponding C function is `sd_event_source_set_enabled`.
    public func setEnabled(_ on: Bool) {
        // Fails only for a loop that has ended, and in a forked child, where nothing should be called anyway.
        _ = unsafe sd_event_source_set_enabled(source, CInt(on ? SD_EVENT_ON : SD_EVENT_OFF))
    }

    /// The order among sources that are due at once, and the name in libsystemd's debug log.
    ///
    /// The corresponding C functions are `sd_event_source_set_priority` and `sd_event_source_set_description`.
    func configure(_ name: StaticString, _ priority: EventLoop.Priority) throws(Errno) {
        unsafe try check(sd_event_source_set_description(source, name.cString))
        unsafe try check(sd_event_source_set_priority(source, priority.rawValue))
    }
}

/// What a source calls: an object, because C needs an address.
final class Handler {
    let body: () -> Void

    init(_ body: @escaping () -> Void) {
        self.body = body
    }

    /// The callback for libsystemd; its result lets the loop continue.
    static func call(behind userdata: UnsafeMutableRawPointer?) -> CInt {
        unsafe object(Handler.self, behind: userdata).body()
        return 0
    }
}
