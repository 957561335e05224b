import CSystemd
import Glibc
public import SystemPackage

/// The one thread of a daemon.
///
/// The corresponding C type is `sd_event`. Bodies run one after the other inside `run()`; a body that blocks stops all
/// others.
@safe public final class EventLoop {
    /// The order among sources that are due at the same time.
    public enum Priority: Int64, Sendable {
        /// `SD_EVENT_PRIORITY_IMPORTANT`: before everything else.
        case urgent = -100
        /// `SD_EVENT_PRIORITY_NORMAL`.
        case normal = 0
        /// `SD_EVENT_PRIORITY_IDLE`: when there is nothing else to do.
        case idle = 100
        /// Requests of other programs. They run when none of our own work is due.
        case others = 200
    }

    let event: OpaquePointer
    /// All existing timers.
    var appointments: [ObjectIdentifier: Listed] = [:]

    /// A timer in the list. The list does not keep it alive.
    struct Listed { unowned let appointment: Appointment }

    /// Creates a loop without sources. The corresponding C function is `sd_event_new`.
    ///
    /// - Throws: `.noMemory`, `.tooManyOpenFiles`, and the like.
    public init() throws(Errno) {
        var event: OpaquePointer?
        unsafe try check(sd_event_new(&event))
        unsafe self.event = made(event)
    }

    deinit {
        unsafe sd_event_unref(event)
    }

    /// Ends `run()` after the running bodies. The corresponding C function is `sd_event_exit`.
    ///
    /// - Parameter code: what `run()` returns; 0 to 255.
    public func exit(_ code: CInt = 0) {
        precondition((0...255).contains(code), "\(code) is no exit status")
        // Fails only for a loop that has ended already.
        _ = unsafe sd_event_exit(event, code)
    }

    /// Makes writes to closed pipes fail, in the whole process, instead of killing it.
    ///
    /// The corresponding C function is `signal` with SIGPIPE.
    public static func ignoreBrokenPipes() {
        _ = signal(SIGPIPE, SIG_IGN)
    }

    /// Calls `body` whenever `descriptor` has something to read, was closed at its other end, or failed.
    ///
    /// Level triggered: the body is called until it has read, or has switched the source off. The caller still owns the
    /// descriptor, and keeps it open for as long as the source lives. The corresponding C function is
    /// `sd_event_add_io`.
    /// - Throws: `.notPermitted` for a regular file, which is always readable.
    public func onReadable(
        _ descriptor: FileDescriptor, _ name: StaticString, priority: Priority = .normal, _ body: @escaping () -> Void
    ) throws(Errno) -> EventSource {
        try onEvents(EPOLLIN.rawValue, of: descriptor, name, priority, body)
    }

    /// Calls `body` whenever `descriptor` can be written to.
    ///
    /// Level triggered: the body is called until it has written, or has switched the source off. The corresponding C
    /// function is `sd_event_add_io` with EPOLLOUT.
    func onWritable(
        _ descriptor: FileDescriptor, _ name: StaticString, priority: Priority = .normal, _ body: @escaping () -> Void
    ) throws(Errno) -> EventSource {
        try onEvents(EPOLLOUT.rawValue, of: descriptor, name, priority, body)
    }

    /// Calls `body` when the other end of `descriptor` is closed: the reader of a pipe, a terminal.
    ///
    /// Level triggered: the body is called until it ends the source. The corresponding C function is `sd_event_add_io`
    /// without events; EPOLLHUP and EPOLLERR always come.
    /// - Throws: `.notPermitted` for a regular file, which has no other end.
    func onHangUp(
        _ descriptor: FileDescriptor, _ name: StaticString, _ body: @escaping () -> Void
    ) throws(Errno) -> EventSource {
        try onEvents(0, of: descriptor, name, .normal, body)
    }

    /// Calls `body` whenever `descriptor` has a priority event: an attribute of sysfs that changed.
    ///
    /// Level triggered: the body is called until it has read. The corresponding C function is `sd_event_add_io` with
    /// EPOLLPRI.
    /// - Throws: `.notPermitted` for a regular file, which has no events.
    public func onPriorityEvent(
        _ descriptor: FileDescriptor, _ name: StaticString, _ body: @escaping () -> Void
    ) throws(Errno) -> EventSource {
        try onEvents(EPOLLPRI.rawValue, of: descriptor, name, .normal, body)
    }

    private func onEvents(
        _ events: UInt32, of descriptor: FileDescriptor, _ name: StaticString, _ priority: Priority,
        _ body: @escaping () -> Void
    ) throws(Errno) -> EventSource {
        try unsafe EventSource.make(name, priority, body) { source, handler in
            unsafe sd_event_add_io(
                event, source, descriptor.rawValue, events,
                { _, _, _, handler in unsafe Handler.call(behind: handler) }, handler)
        }
    }

    /// Calls `body` whenever a file appears in a directory, or changes its mode there.
    ///
    /// The corresponding C function is `sd_event_add_inotify`.
    /// - Throws: `.noSuchFileOrDirectory` and the like; `.noSpace` if no more can be watched.
    public func onArrival(
        in directory: FilePath, _ name: StaticString, _ body: @escaping () -> Void
    ) throws(Errno) -> EventSource {
        try unsafe EventSource.make(name, .normal, body) { source, handler in
            unsafe sd_event_add_inotify(
                event, source, directory.string, UInt32(IN_CREATE | IN_MOVED_TO | IN_ATTRIB | IN_ONLYDIR),
                { _, _, handler in unsafe Handler.call(behind: handler) }, handler)
        }
    }

    /// Calls `body` whenever the process gets `signal`. The signal stays blocked in the calling thread, and in threads
    /// that it starts, even after the source has ended.
    ///
    /// The corresponding C functions are `pthread_sigmask` and `sd_event_add_signal`. SD_EVENT_SIGNAL_PROCMASK, which
    /// combines both, is newer than systemd 247.
    /// - Throws: `.invalidArgument` for a signal that can't be blocked, `.resourceBusy` for one that has a source. Then
    ///   the signal's mask is unchanged.
    public func onSignal(
        _ signal: CInt, _ name: StaticString, priority: Priority = .normal, _ body: @escaping () -> Void
    ) throws(Errno) -> EventSource {
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        guard unsafe sigaddset(&signals, signal) == 0 else { throw .invalidArgument }
        var former = sigset_t()
        try check(unsafe -pthread_sigmask(SIG_BLOCK, &signals, &former))
        do throws(Errno) {
            return try unsafe EventSource.make(name, priority, body) { source, handler in
                unsafe sd_event_add_signal(
                    event, source, signal, { _, _, handler in unsafe Handler.call(behind: handler) }, handler)
            }
        } catch {
            unsafe pthread_sigmask(SIG_SETMASK, &former, nil)
            throw error
        }
    }
}
