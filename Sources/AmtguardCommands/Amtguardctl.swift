import AmtguardCore
import AmtguardLinux
public import ArgumentParser
import SystemPackage

/// `amtguardctl`: what the administrator asks.
public struct Amtguardctl: ParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "amtguardctl",
        abstract: "Ask amtguard whether the ports of Intel AMT are kept out of the kernel's hands.",
        discussion: """
            Exit status of status: 0 protected or not needed, 1 degraded, 2 exposed, 3 unknown (amtguardd does not \
            run, or what it saw is too old and the list shows nothing wrong), 64 wrong usage.
            """,
        version: "amtguardctl \(amtguardVersion)",
        subcommands: [
            StatusCommand.self, PortsCommand.self, VictimsCommand.self, FirmwareCommand.self, ProbeCommand.self,
        ],
        defaultSubcommand: StatusCommand.self)

    @OptionGroup var common: CommonOptions

    public init() {}

    /// Runs what the command line asks for, and ends the program.
    public static func start() -> Never {
        // Swift reads them in /proc. Without it the program would not know what it is asked to do.
        guard !CommandLine.arguments.isEmpty else {
            _ = try? FileDescriptor.standardError.writeAll(
                "amtguardctl: the command line can't be read. Is /proc mounted?\n".utf8)
            exit(withError: ExitCode.failure)
        }
        let arguments = Array(CommandLine.arguments.dropFirst())
        // Without a subcommand `status` is meant, and it would say of a word that it expects none.
        let word = arguments.first == "help" ? arguments.dropFirst().first : arguments.first
        let known = configuration.subcommands.compactMap { $0.configuration.commandName } + ["help"]
        if let word, !word.hasPrefix("-"), !known.contains(word) {
            let message =
                "'\(printable(word.utf8, atMost: 100))' is no command. Allowed: \(known.joined(separator: ", "))"
            exit(withError: ValidationError(message))
        }
        main(arguments)
        exit()
    }
}

/// Options that every subcommand takes.
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
