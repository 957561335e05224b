import AmtguardCore
import Glibc
public import SystemPackage

/// The output of a command, limited in time and size.
public struct CommandOutput: Hashable, Sendable {
    /// How it ended.
    public enum End: Hashable, Sendable {
        /// Its exit status, or 128 plus the signal that ended it.
        case status(CInt)
        /// It took too long, and was killed.
        case tooLong
        /// It printed more than allowed, and was killed.
        case tooMuch
    }

    /// Its standard output and its standard error, in the order of arrival.
    public let bytes: [UInt8]
    public let end: End

    /// Runs a command to its end, with empty standard input.
    ///
    /// The corresponding C functions are `posix_spawnp`, `pipe2` and `poll`.
    /// - Parameters:
    ///   - arguments: The command and its arguments; it is searched for in PATH.
    ///   - patience: How long it may take.
    ///   - limit: How many bytes it may print. Of more, only the first are kept.
    ///   - whileWaiting: Called a few times a second.
    /// - Throws: `noSuchFileOrDirectory`, `permissionDenied` and the like, if it can't be started.
    public init(
        of arguments: [String], within patience: Duration, atMost limit: Int, whileWaiting: () -> Void = {}
    ) throws(Errno) {
        var ends: [CInt] = [-1, -1]
        try valueOrErrno { unsafe pipe2(&ends, O_CLOEXEC) }
        let reader = Descriptor(owning: ends[0])
        var command: Command
        do {
            // Only the command has the other end, so the output ends with the command.
            let writer = Descriptor(owning: ends[1])
            command = try Command(starting: arguments, output: writer.number)
            withExtendedLifetime(writer) {}
        }
        let deadline = Instant.now() + patience
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        var broken: End?
        var isOpen = true
        while broken == nil {
            // A child of the command may keep the output open, and the command may close it long before it ends.
            if !isOpen, command.status() != nil { break }
            if Instant.now() >= deadline {
                broken = .tooLong
                break
            }
            whileWaiting()
            guard isOpen else {
                usleep(Self.pause)
                continue
            }
            var poller = pollfd(fd: reader.number, events: Int16(POLLIN), revents: 0)
            let rest = (deadline - .now()).microseconds / 1_000
            guard unsafe poll(&poller, 1, CInt(clamping: min(max(rest, 0), Self.beat))) > 0 else { continue }
            let number = reader.number
            let count = try valueOrErrno {
                unsafe chunk.withUnsafeMutableBytes { unsafe read(number, $0.baseAddress, $0.count) }
            }
            isOpen = count > 0
            bytes += chunk[..<count]
            if bytes.count > limit { broken = .tooMuch }
        }
        if broken != nil { Self.end(&command) }
        self.bytes = Array(bytes.prefix(limit))
        end = broken ?? .status(command.status() ?? 0)
    }

    /// Kills it, and waits so that no zombie remains. A process that waits for a device ends later, and is not waited
    /// for.
    private static func end(_ command: inout Command) {
        command.kill()
        for _ in 0..<100 where command.status() == nil { usleep(pause) }
    }

    /// How often the progress is shown, in milliseconds.
    private static let beat: Int64 = 200
    /// How often to check whether a command has ended that has closed its output, in microseconds.
    private static let pause: useconds_t = 10_000
}
