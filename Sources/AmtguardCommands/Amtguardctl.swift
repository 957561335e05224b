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
            Exit status of status: 0 protected or not needed, 1 degraded, 2 exposed, 3 unknown (amtguardd does not \
            run, or its report is too old and the list shows no exposed port), 64 wrong usage.
            """,
        version: "amtguardctl \(amtguardVersion)",
        subcommands: [
            StatusCommand.self, PortsCommand.self, VictimsCommand.self, FirmwareCommand.self, ProbeCommand.self,
            NATCommand.self, CheckCommand.self, MetricsCommand.self, BugReportCommand.self,
        ],
        defaultSubcommand: StatusCommand.self)

    @OptionGroup var common: CommonOptions

    public init() {}

    /// Runs what the command line asks for, and ends the program.
    public static func start() -> Never {
        // Swift reads the arguments from /proc. Without them the program does not know what to do.
        guard !CommandLine.arguments.isEmpty else {
            _ = try? FileDescriptor.standardError.writeAll(
                "amtguardctl: the command line can't be read. Is /proc mounted?\n".utf8)
            exit(withError: ExitCode.failure)
        }
        let arguments = Array(CommandLine.arguments.dropFirst())
        // The default command, `status`, would reject an unknown word without naming the commands there are.
        let word = arguments.first == "help" ? arguments.dropFirst().first : arguments.first
        let known = configuration.subcommands.compactMap { $0.configuration.commandName } + ["help"]
        if let word, !word.hasPrefix("-"), !known.contains(word) {
            let message =
                "Unknown command '\(printable(word.utf8, atMost: 100))'. Allowed: \(known.joined(separator: ", "))"
            exit(withError: ValidationError(message))
        }
        main(arguments)
        exit()
    }
}

/// The options of every command.
struct CommonOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Read /run and find the bus below this directory.", valueName: "dir"), completion: .directory
    )
    var root: String?

    var inquiry: Inquiry { Inquiry(root: root.map { FilePath($0) }) }

    func validate() throws {
        guard let root else { return }
        do {
            _ = try RootDirectory(path: FilePath(root))
        } catch {
            throw ValidationError("--root \(printable(root.utf8, atMost: 200)): \(error). Allowed: a directory.")
        }
    }
}
