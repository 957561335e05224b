public import AmtguardCore
public import SystemPackage

/// The parsed command line.
public struct HelperInvocation: Equatable {
    /// The action to run.
    public enum Act: Equatable, Sendable { case table, json, answer, version, help }

    public var act = Act.table
    /// `--uuid`
    public var asksUUID = false
    /// `--record FILE`
    public var record: FilePath?
    /// `--unmasked`
    public var isUnmasked = false
    /// `--replay FILE`
    public var replay: FilePath?
    /// `--root DIR`
    public var root: FilePath?

    public typealias Misuse = OptionWords.Misuse

    /// Parses the arguments after the program's name.
    ///
    /// - Throws: `Misuse`; the caller prints it and exits 64 (`EX_USAGE`).
    public init(_ arguments: some Sequence<String>) throws(Misuse) {
        var words = OptionWords(arguments)
        while let name = words.next() {
            switch name {
            case "--record": record = FilePath(try words.path())
            case "--replay": replay = FilePath(try words.path())
            case "--root": root = FilePath(try words.path())
            default:
                guard Self.words.contains(name) else {
                    throw Misuse(
                        message: "unknown argument '\(words.shown)'. Allowed: \(Self.summary). Try --help.")
                }
                try words.requireNoValue()
                try take(name)
            }
        }
        if let problem { throw Misuse(message: problem) }
    }

    private mutating func take(_ word: String) throws(Misuse) {
        switch word {
        case "--uuid": asksUUID = true
        case "--unmasked": isUnmasked = true
        default:
            guard act == .table else { throw Misuse(message: "\(word): only one of \(Self.actNames)") }
            act = Self.acts[word] ?? .help
        }
    }

    /// A contradiction between the options.
    private var problem: String? {
        if isUnmasked, record == nil { return "--unmasked belongs to --record" }
        if replay != nil, record != nil || root != nil { return "--replay takes neither --record nor --root" }
        if act == .answer, asksUUID { return "--answer never reports the UUID" }
        return nil
    }

    private static let acts: [String: Act] = ["--json": .json, "--answer": .answer, "--version": .version]
    private static let words = ["--json", "--answer", "--version", "--help", "-h", "--uuid", "--unmasked"]
    private static let actNames = "--json, --answer, --version, --help"
    private static let summary = "--uuid, --record FILE, --unmasked, --replay FILE, --root DIR, \(actNames)"

    /// What `--help` prints.
    public static let help = """
        Usage: amtguard-firmware [--json | --answer] [--uuid] [--root DIR]
                                 [--record FILE [--unmasked] | --replay FILE]

        Asks the management engine's firmware what AMT is doing: a few questions to
        /dev/meiN. It changes nothing there.

          --json         the answer as JSON
          --answer       the answer as lines of KEY=value, for amtguardd's socket
          --uuid         ask for the machine's UUID as well
          --record FILE  save the conversation in a new file, with UUID, MAC
                         addresses, public addresses and server names masked,
                         and without the serial number
          --unmasked     with --record: save these as they are
          --replay FILE  answer from a recording, without a device
          --root DIR     read /sys and /dev below DIR
          --version      print the version
          --help         print this help

        Exit status: 0 if there is an answer, 1 if not, with a line that says why;
        64 wrong usage. With --answer also 0 if the firmware gave no answer; the
        output then says why.
        """
}
