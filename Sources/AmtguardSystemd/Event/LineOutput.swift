import Glibc
public import SystemPackage

/// Writes lines at once, as far as their reader takes them, and never blocks.
///
/// If a program waited for a slow reader, its messages would accumulate in the bus. So lines are queued here, up to a
/// limit; further ones are dropped and counted. A closed reader is detected even if there is nothing to write.
public final class LineOutput {
    /// The most bytes in the queue. A line is queued or dropped as a whole, so the queue may be longer by one line.
    static let mostWaiting = 262_144
    /// A writable pipe accepts this many bytes without blocking (pipe(7): PIPE_BUF).
    private static let part = 4_096

    private let output: FileDescriptor
    private let loop: EventLoop
    private let note: (Int) -> String
    private let onEnd: (Errno?) -> Void
    private var waiting: [UInt8] = []
    private var omitted = 0
    private var hasEnded = false
    private var source: EventSource?

    /// Writes to `output`, which the caller still owns and keeps open.
    ///
    /// If the reader is gone, the kernel sends SIGPIPE. It must not kill the program before `onEnd` is called, unless
    /// that is acceptable.
    /// - Parameters:
    ///   - note: makes the line that says how many lines were dropped.
    ///   - onEnd: called once, when nothing more can be written; with nil if the reader is gone.
    public init(
        _ output: FileDescriptor, on loop: EventLoop, note: @escaping (Int) -> String,
        onEnd: @escaping (Errno?) -> Void
    ) {
        (self.output, self.loop, self.note, self.onEnd) = (output, loop, note, onEnd)
        watch()
    }

    /// Writes `line` and a newline, now or when the reader has taken what is queued before it.
    public func write(_ line: String) {
        guard waiting.count < Self.mostWaiting else {
            omitted += 1
            return
        }
        queue(line)
        drain()
    }

    private func queue(_ line: String) {
        if omitted > 0 {
            waiting += Array("\(note(omitted))\n".utf8)
            omitted = 0
        }
        waiting += Array("\(line)\n".utf8)
    }

    /// The corresponding C functions are `poll` and `write`. The output is not set to non-blocking mode, which would
    /// affect the other programs that share it.
    private func drain() {
        let wasWaiting = isWatchingForRoom
        while !waiting.isEmpty, isWritable, !hasEnded {
            let count = unsafe Glibc.write(output.rawValue, waiting, min(waiting.count, Self.part))
            if count >= 0 {
                waiting.removeFirst(count)
            } else if errno != EINTR && errno != EAGAIN {
                return end(errno == EPIPE ? nil : Errno(rawValue: errno))
            }
            if waiting.isEmpty, omitted > 0 {
                waiting = Array("\(note(omitted))\n".utf8)
                omitted = 0
            }
        }
        if wasWaiting == waiting.isEmpty { watch() }
    }

    private var isWritable: Bool {
        var poller = pollfd(fd: output.rawValue, events: Int16(POLLOUT), revents: 0)
        return unsafe poll(&poller, 1, 0) > 0
    }

    private var isWatchingForRoom = false

    /// Waits for space if lines are queued, otherwise only for the end of the reader. A file can't be watched.
    private func watch() {
        guard !hasEnded else { return }
        source = nil  // A descriptor can have one source at a time.
        isWatchingForRoom = !waiting.isEmpty
        if isWatchingForRoom {
            source = try? loop.onWritable(output, "output") { [weak self] in self?.drain() }
        } else {
            source = try? loop.onHangUp(output, "output") { [weak self] in self?.end(nil) }
        }
    }

    private func end(_ error: Errno?) {
        guard !hasEnded else { return }
        hasEnded = true
        source = nil
        onEnd(error)
    }
}
