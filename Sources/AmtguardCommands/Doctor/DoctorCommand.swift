import AmtguardCore
import AmtguardDoctor
import AmtguardLinux
import ArgumentParser
import SystemPackage

/// `amtguardctl doctor`
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Find settings and programs that amtguard can't protect against. Changes nothing.",
        discussion: """
            Reads the configuration of this machine and of programs that choose source ports themselves. For each \
            finding it names the file and line, the consequence on this machine, and the change to make. \
            /usr/share/doc/amtguard/docs/DOCTOR.md has a section for each check. As root it sees more: the network \
            namespaces of containers, and files that others may not read.

            Exit status: 0 nothing to do, 1 warnings, 2 problems, 64 wrong usage. Notes, and files that could \
            not be read, don't count.
            """)

    @OptionGroup var common: CommonOptions

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Only these checks.", discussion: Self.allowed, valueName: "check"),
        completion: .list(Check.all.map(\.id)))
    var only: [String] = []

    @Option(
        parsing: .upToNextOption, help: ArgumentHelp("Skip these checks.", valueName: "check"),
        completion: .list(Check.all.map(\.id)))
    var skip: [String] = []

    @Flag(name: .shortAndLong, help: "Show what passed as well, and each finding in full.")
    var verbose = false

    @Flag(help: "Print JSON, as /usr/share/amtguard/doctor.schema.json describes it.")
    var json = false

    private static let allowed = "Checks: \(Check.all.map(\.id).joined(separator: ", "))."

    func validate() throws {
        for name in only + skip where !Check.all.contains(where: { $0.id == name }) {
            throw ValidationError("There is no check '\(printable(name.utf8, atMost: 100))'. \(Self.allowed)")
        }
        if checks.isEmpty { throw ValidationError("--skip leaves no check. Allowed: some of them.") }
    }

    private var checks: [Check] {
        Check.all.filter { (only.isEmpty || only.contains($0.id)) && !skip.contains($0.id) }
    }

    func run() throws {
        let root = common.root.map { FilePath($0) }
        let diagnosis = Diagnosis(checks, below: root, common.inquiry.outcome())
        try Report(diagnosis.json, diagnosis.text(isVerbose: verbose), ExitStatus(diagnosis.worst)).show(json: json)
    }
}

extension Diagnosis {
    /// What the checks find on this machine, or in the tree below `--root`.
    init(_ checks: [Check], below root: FilePath?, _ outcome: Inquiry.Outcome) {
        let situation = Situation(outcome, below: root)
        let progress = Progress()
        self.init(checks, on: RealMachine(root: root, progress), in: situation) { check in
            progress.show("doctor: \(check.subject)")
        }
        progress.clear()
    }
}

extension ExitStatus {
    /// Only warnings and problems change the status.
    init(_ severity: Severity) {
        switch severity {
        case .problem: self = .exposed
        case .warning: self = .degraded
        case .ok, .note, .unknown: self = .good
        }
    }
}
