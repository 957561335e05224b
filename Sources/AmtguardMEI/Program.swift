import AmtguardCore
import AmtguardLinux
import Glibc
import SystemPackage

/// `amtguard-firmware`: runs what the command line asks for.
public enum Program {
    /// Runs to the end and returns the exit status: 0, 1 for a failure that one line explains, 64 for wrong usage.
    ///
    /// - Parameter arguments: The program's name and its arguments.
    public static func run(_ arguments: [String]) -> CInt {
        // If the reader has closed the other end, a write fails with EPIPE, and no signal kills this process.
        signal(SIGPIPE, SIG_IGN)
        // Swift reads the arguments in /proc. Without them the requested action is unknown.
        guard !arguments.isEmpty else { return fail("the command line can't be read. Is /proc mounted?", status: 1) }
        do {
            let invocation = try HelperInvocation(arguments.dropFirst())
            switch invocation.act {
            case .version: return write("amtguard-firmware \(amtguardVersion)\n")
            case .help: return write(HelperInvocation.help + "\n")
            case .table, .json, .answer: return try tell(try answer(to: invocation), as: invocation.act)
            }
        } catch let misuse as HelperInvocation.Misuse {
            return fail(misuse.message, status: 64)
        } catch {
            return fail("\(error)", status: 1)
        }
    }

    /// A failure before an answer exists: one line.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private static func answer(to invocation: HelperInvocation) throws -> FirmwareAnswer {
        if let file = invocation.replay { return try replay(file, uuid: invocation.asksUUID) }
        // Created before the firmware is asked.
        let file = try invocation.record.map { path in try create(path) }
        let (answer, devices) = try inquire(invocation)
        guard let file, let path = invocation.record else { return answer }
        defer { try? file.close() }
        let tree = try RootDirectory(path: invocation.root)
        let recording = Recording(
            headers: Attributes.headers(unmasked: invocation.isUnmasked, in: tree), devices: devices)
        do {
            try file.writeAll((invocation.isUnmasked ? recording : recording.masked).description.utf8)
        } catch {
            throw Failure(description: "\(shown(path)): \(error)")
        }
        return answer
    }

    private static func inquire(
        _ invocation: HelperInvocation
    ) throws(Failure) -> (answer: FirmwareAnswer, devices: [Recording.Device]) {
        do throws(Errno) {
            return try FirmwareQuestions(root: invocation.root, asksUUID: invocation.asksUUID).ask()
        } catch {
            throw Failure(description: "--root \(shown(invocation.root ?? "/")): \(error)")
        }
    }

    private static func replay(_ file: FilePath, uuid: Bool) throws(Failure) -> FirmwareAnswer {
        let bytes: [UInt8]
        do throws(Errno) {
            bytes = try RootDirectory().readFile(file, atMost: Recording.sizeLimit)
        } catch .invalidArgument {
            throw Failure(description: "\(shown(file)): It is no regular file; a recording of --record is one.")
        } catch {
            throw Failure(description: "\(shown(file)): \(error)")
        }
        do throws(Recording.SyntaxError) {
            return try Recording(parsing: bytes).answer(uuid: uuid)
        } catch {
            throw Failure(description: "\(shown(file)): \(error)")
        }
    }

    /// Creates a file that only its owner can read. Never overwrites an existing file or link.
    private static func create(_ path: FilePath) throws -> FileDescriptor {
        do {
            return try FileDescriptor.open(
                path, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec], permissions: [.ownerReadWrite])
        } catch Errno.fileExists {
            throw Failure(description: "\(shown(path)): File exists. A recording is a new file: give another name.")
        } catch {
            throw Failure(description: "\(shown(path)): \(error)")
        }
    }

    /// Prints an answer. If there is none, also says why on standard error.
    private static func tell(_ answer: FirmwareAnswer, as act: HelperInvocation.Act) throws -> CInt {
        let text =
            switch act {
            case .answer: String(decoding: answer.encoded, as: UTF8.self)
            case .json: "\(answer.json)\n"
            default: answer.text.table() + "\n"
            }
        let written = write(text, mayBeUnheard: act == .answer)
        // The process that accepted the connection has the socket too; at boot the service manager has it for seconds.
        // This ends the connection.
        if act == .answer { _ = shutdown(STDOUT_FILENO, CInt(SHUT_WR)) }
        guard act != .answer, answer.outcome != .answered else { return written }
        return fail(answer.outcome.says, status: 1)
    }

    private static func shown(_ path: FilePath) -> String {
        printable(path.string.utf8, atMost: 200)
    }

    /// - Parameter mayBeUnheard: Whether a closed reader is acceptable: a guard that restarts while it waits has
    ///   closed, and asks again.
    private static func write(_ text: String, mayBeUnheard: Bool = false) -> CInt {
        do {
            try FileDescriptor.standardOutput.writeAll(text.utf8)
            return 0
        } catch Errno.brokenPipe where mayBeUnheard {
            return 0
        } catch {
            return fail("standard output: \(error)", status: 1)
        }
    }

    private static func fail(_ message: String, status: CInt) -> CInt {
        _ = try? FileDescriptor.standardError.writeAll("amtguard-firmware: \(message.oneLine)\n".utf8)
        return status
    }
}
