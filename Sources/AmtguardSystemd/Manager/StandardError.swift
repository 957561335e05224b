import Glibc

/// Writes the journal's lines to standard error, for a person who runs the daemon by hand.
public enum StandardError {
    /// Writes one line, or drops it: never blocks for a stopped terminal, or for a pipe without a reader.
    ///
    /// The corresponding C functions are `poll` and `write`. A pipe without a reader sends SIGPIPE: see
    /// `EventLoop.ignoreBrokenPipes`.
    public static func write(_ line: String) {
        // A writable pipe accepts this many bytes at once (PIPE_BUF).
        let bytes = Array(line.utf8.prefix(4_095)) + [UInt8(ascii: "\n")]
        var wanted = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
        guard unsafe poll(&wanted, 1, 0) > 0, wanted.revents == Int16(POLLOUT) else { return }
        _ = unsafe Glibc.write(STDERR_FILENO, bytes, bytes.count)
    }
}
