import Glibc

/// Standard error, told what the journal is told, for whoever runs the daemon by hand.
public enum StandardError {
    /// Writes one line, or drops it: a terminal that was stopped, or a pipe that nobody reads, is not waited for.
    ///
    /// The corresponding C functions are `poll` and `write`. A pipe without a reader sends SIGPIPE: see
    /// `EventLoop.ignoreBrokenPipes`.
    public static func write(_ line: String) {
        // What a pipe that can be written takes at once (PIPE_BUF).
        let bytes = Array(line.utf8.prefix(4_095)) + [UInt8(ascii: "\n")]
        var wanted = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
        guard unsafe poll(&wanted, 1, 0) > 0, wanted.revents == Int16(POLLOUT) else { return }
        _ = unsafe Glibc.write(STDERR_FILENO, bytes, bytes.count)
    }
}
