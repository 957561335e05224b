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
            run, or what it saw is too old), 64 wrong usage.
            """,
        version: amtguardVersion,
        subcommands: [
            StatusCommand.self, PortsCommand.self, VictimsCommand.self, FirmwareCommand.self, ProbeCommand.self,
        ],
        defaultSubcommand: StatusCommand.self)

    @OptionGroup var common: CommonOptions

    public init() {}
}

/// Options that every subcommand takes.
struct CommonOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Read /run and find the bus below this directory.", valueName: "dir"), completion: .directory
    )
    var root: String?

    func validate() throws {
        guard let root else { return }
        do {
            _ = try RootDirectory(path: FilePath(root))
        } catch {
            throw ValidationError("--root \(printable(root.utf8, atMost: 200)): \(error). Allowed: a directory.")
        }
    }
}
