import AmtguardCore
import ArgumentParser

/// `amtguardctl nat`
struct NATCommand: ReportCommand {
    static let configuration = CommandConfiguration(
        commandName: "nat", abstract: "Show the translation of addresses, and the table that keeps it off AMT's ports.",
        discussion: """
            A host translates addresses if connections of containers, of virtual machines or of a network behind it \
            leave with its own address. The kernel draws their local ports and ignores the list of reserved ports. \
            amtguardd therefore keeps a table of nf_tables, "table ip amtguard", in force: if the kernel has drawn one \
            of AMT's ports, the table makes it draw again. The command prints the table as nft does.

            Exit status: 0 if the table is in force, or is not needed; 1 if connections may get AMT's ports, if AMT \
            cuts some off, or if a rule publishes one of AMT's ports; 3 if that is not known, or amtguardd does not \
            run, does not answer or reported too long ago; 64 wrong usage.
            """)

    @OptionGroup var common: CommonOptions

    @Flag(help: "Print JSON, as /usr/share/amtguard/nat.schema.json describes it.")
    var json = false

    static func report(_ outcome: Inquiry.Outcome) -> Report {
        switch outcome {
        case .report(let assessment):
            let status = assessment.status
            let isCurrent = assessment.voice == .answers
            return Report(
                assessment.natJSON, assessment.caveat + status.natDetails,
                isCurrent ? exit(status) : .unknown,
                // The JSON also has a table that is not in force.
                drawing: status.nat?.inForce == true ? status.nat?.table.map(drawing) : nil)
        case .absence(let absence):
            let lines = [Status.Line("Translation", "unknown: \(absence.reason.says)", .doubtful)]
            return Report(absence.natJSON, lines + Status.Line.advice(of: absence.reason), .unknown)
        }
    }

    private static func exit(_ status: Status) -> ExitStatus {
        guard let nat = status.nat else { return .unknown }
        if status.verdict.known == .notNeeded { return .good }
        let isCutOff = nat.victimCount ?? 0 > 0 || !nat.published.isEmpty
        let isWanted = !nat.addresses.isEmpty && (nat.translation == "yes" || nat.redraw == "yes")
        if isCutOff || isWanted && nat.inForce == false { return .degraded }
        let isShared = !nat.addresses.isEmpty || status.amt.address == "unknown"
        return nat.inForce == true || nat.translation == "no" || !isShared ? .good : .unknown
    }

    private static func drawing(_ table: RedrawTable) -> (Terminal) -> String {
        { _ in table.ruleset.text }
    }
}
