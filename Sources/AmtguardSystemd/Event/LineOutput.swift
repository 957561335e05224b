import Glibc
public import SystemPackage

/// Writes lines at once, as far as their reader takes them, and never waits for it.
///
/// A program that waits for a slow reader would let its messages pile up in the bus. So lines wait here, up to a bound;
/// beyond it they are left out, and counted. It also notices that the reader is gone, even if there is nothing to write.
public final class LineOutput {
    /// The bytes that may wait. A line is taken or left out whole, so one line more may wait.
    static let mostWaiting = 262_144
    /// A pipe that can be written to takes as much without waiting (pipe(7): PIPE_BUF).
    private static let part = 4_096

    private let output: FileDescriptor
    private let loop: EventLoop
    private let note: (Int) -> String
    private let onEnd: (Errno?) -> Void
    private var waiting: [UInt8] = []
    private var omitted = 0
    private var hasEnded = false
    private var source: EventSource?

    /// Writes to `output`, which stays the caller's and open.
    ///
    /// SIGPIPE, which the kernel sends if the reader is gone, must not kill the program before `onEnd` is called, unless
    /// that is as good.
    /// - Parameters:
    ///   - note: the line that says how many lines were left out.
    ///   - onEnd: called once, when nothing more can be written: with nil if the reader is gone.
    public init(
        _ output: FileDescriptor, on loop: EventLoop, note: @escaping (Int) -> String,
        onEnd: @escaping (Errno?) -> Void
    ) {
        (self.output, self.loop, self.note, self.onEnd) = (output, loop, note, onEnd)
        watch()
    }

    /// Writes `line` and a newline, now or when the reader has taken what is before it.
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

    /// The corresponding C functions are `poll` and `write`. The output does not become non-blocking, which would affect
    /// the other programs that share it.
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

    /// Waits for room if lines wait, otherwise for the end of the reader alone. There is nothing to watch in a file.
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
