import AmtguardCore
import AmtguardLinux
public import ArgumentParser
import SystemPackage

/// `amtguardctl`: answers the administrator's questions.
public struct Amtguardctl: ParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "amtguardctl",
        abstract: "Show whether the ports of Intel AMT are reserved on this host.",
        discussion: """
            Is this machine affected? amtguardctl status answers this, even if amtguardd does not run.

            Exit status of status: 0 protected or not needed, 1 degraded, 2 exposed, 3 unknown (no port is seen to be \
            exposed, and amtguardd does not run, has not reported lately, or does not answer while the list can't be \
            read), 64 wrong usage.
            """,
        version: "amtguardctl \(amtguardVersion)",
        subcommands: [
            StatusCommand.self, WatchCommand.self, PortsCommand.self, VictimsCommand.self, FirmwareCommand.self,
            NATCommand.self, ProbeCommand.self, DoctorCommand.self, CheckCommand.self, MetricsCommand.self,
            BugReportCommand.self, ReloadCommand.self, ConfigCommand.self,
        ],
        defaultSubcommand: StatusCommand.self)

    @OptionGroup var common: CommonOptions

    public init() {}

    /// Runs what the command line asks for, and ends the program.
    public static func start() -> Never {
        // Swift reads the arguments from /proc. Without them the requested command is unknown.
        guard !CommandLine.arguments.isEmpty else {
            _ = try? FileDescriptor.standardError.writeAll(
                "amtguardctl: the command line can't be read. Is /proc mounted?\n".utf8)
            exit(withError: ExitCode.failure)
        }
        let arguments = Array(CommandLine.arguments.dropFirst())
        // The default command, `status`, would reject an unknown word without listing the commands.
        let known = configuration.subcommands.compactMap { $0.configuration.commandName } + ["help"]
        if let word = firstWord(of: arguments), !known.contains(word) {
            let message =
                "Unknown command '\(printable(word.utf8, atMost: 100))'. Allowed: \(known.joined(separator: ", "))"
            exit(withError: ValidationError(message))
        }
        do {
            var command = try parseAsRoot(arguments)
            try command.run()
            exit()
        } catch {
            end(with: error)
        }
    }

    /// Ends like ArgumentParser, but without its suggestion for an unknown option. With so few options the suggestion
    /// is seldom right (`--root` for `--port`), and the usage below lists all.
    private static func end(with error: any Error) -> Never {
        let message = fullMessage(for: error)
        guard let guess = message.firstRange(of: /\ Did you mean .[^']*.\?/) else { exit(withError: error) }
        let text = message[..<guess.lowerBound] + message[guess.upperBound...]
        _ = try? FileDescriptor.standardError.writeAll("\(text)\n".utf8)
        exit(withError: ExitCode(exitCode(for: error).rawValue))
    }

    /// The command that these arguments name, after `help` and the options of every command; `nil` if none.
    static func firstWord(of arguments: [String]) -> String? {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            if argument == "--root" {
                _ = rest.popFirst()
            } else if argument == "help" {
                return rest.first { !$0.hasPrefix("-") } ?? argument
            } else if !argument.hasPrefix("-") {
                return argument
            } else if argument.hasPrefix("--"), !argument.hasPrefix("--root="),
                !["--json", "--verbose"].contains(argument)
            {
                // Another option may take a value.
                return nil
            }
        }
        return nil
    }
}

/// The options of every command.
struct CommonOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Read /run and find the bus below this directory.", valueName: "dir"), completion: .directory
    )
    var root: String?

    var inquiry: Inquiry { Inquiry(root: root.map { FilePath($0) }) }

    /// - Throws: `ValidationError` if there is no such directory.
    func openRoot() throws -> RootDirectory {
        do {
            return try RootDirectory(path: root.map { FilePath($0) })
        } catch {
            let root = printable((root ?? "/").utf8, atMost: 200)
            throw ValidationError("--root \(root): \(error). Allowed: a directory.")
        }
    }

    func validate() throws {
        if root != nil { _ = try openRoot() }
    }
}
