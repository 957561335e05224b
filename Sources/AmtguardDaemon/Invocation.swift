public import AmtguardCore
import AmtguardLinux
import Glibc
public import SystemPackage

/// The parsed command line.
public struct Invocation: Equatable {
    /// The action to run.
    public enum Act: Equatable, Sendable {
        case guardHost, arm, check, dryRun, release, version, help
        /// `--during COMMAND [ARGUMENT…]`
        case during([String])
    }

    public var act = Act.guardHost
    /// `--config FILE`: this file alone, no drop-ins.
    public var configuration: FilePath?
    /// `--root DIR`
    public var root: FilePath?

    public typealias Misuse = OptionWords.Misuse

    /// The reader of the requested configuration.
    var reader: ConfigurationReader {
        ConfigurationReader(only: configuration, forDaemon: act != .guardHost && geteuid() == 0)
    }

    /// The tree below `--root`, or the machine's own.
    func openRoot() throws(Misuse) -> RootDirectory {
        do {
            return try RootDirectory(path: root)
        } catch {
            let problem = "--root \(printable((root?.string ?? "/").utf8, atMost: 200)): \(error)"
            guard !error.mayPass else { throw Misuse(message: problem, status: 1) }
            throw Misuse(message: "\(problem). Allowed: a directory")
        }
    }

    /// Parses the arguments after the program's name.
    ///
    /// - Throws: `Misuse`; the caller prints it and exits 64 (`EX_USAGE`).
    public init(_ arguments: some Sequence<String>) throws(Misuse) {
        var words = OptionWords(arguments)
        while let name = words.next() {
            switch name {
            case "--config": configuration = FilePath(try words.path())
            case "--root": root = FilePath(try words.path())
            case "--arm", "--check", "--dry-run", "--during", "--release", "--version", "--help", "-h":
                try words.requireNoValue()
                guard act == .guardHost else { throw Misuse(message: "\(words.shown): only one of \(Self.actNames)") }
                if name == "--during" {
                    guard let command = words.rest.first, !command.isEmpty else {
                        throw Misuse(message: "\(name) needs a command")
                    }
                    act = .during(Array(words.rest))  // The rest is the command's.
                    return
                }
                act = Self.acts[name] ?? .help
            default:
                throw Misuse(message: "unknown argument '\(words.shown)'. Allowed: \(Self.summary). Try --help.")
            }
        }
    }

    private static let acts: [String: Act] = [
        "--arm": .arm, "--check": .check, "--dry-run": .dryRun, "--release": .release, "--version": .version,
    ]

    private static let actNames = "--arm, --check, --dry-run, --during COMMAND, --release, --version, --help"
    private static let summary = "--config FILE, --root DIR, \(actNames)"

    /// What `--help` prints.
    public static let help = """
        Usage: amtguardd [--config FILE] [--root DIR]
                         [--arm | --check | --dry-run | --release |
                          --during COMMAND [ARGUMENT...]]

        Keeps the ports of Intel AMT in net.ipv4.ip_local_reserved_ports, so that the
        kernel never chooses them for a connection of its own.

          --config FILE  read only this configuration file, no drop-ins
          --root DIR     read /sys, /dev and /etc, and write /run, below DIR
          --check        check the configuration: 0 if it can be used, 1 with
                         FILE:LINE messages if not
          --dry-run      look once, say what would be done, do nothing
          --arm          open what an unprivileged daemon may not, hand it to the
                         service manager and exit (ExecStartPre=-+ of the unit)
          --release      remove what the last daemon added to the list, and exit;
                         refused while a daemon runs
          --during COMMAND [ARGUMENT...]
                         guard the list while the command runs, such as a
                         restart of the daemon; exit with its status
          --version      print the version
          --help         print this help

        It runs in the foreground and logs to the journal. See amtguardctl status.
        """
}
