import AmtguardCore
import ArgumentParser

/// `amtguardctl nat`
struct NATCommand: ReportCommand {
    static let configuration = CommandConfiguration(
        commandName: "nat", abstract: "Show the translation of addresses, and the table that keeps it off AMT's ports.",
        discussion: """
            Where this host gives its own address to connections of containers, of virtual machines or of a network \
            behind it, the kernel draws their ports without a look at the reserved ones. amtguardd then keeps a table \
            of nf_tables, "table ip amtguard", that makes it draw again. It is shown as nft would print it.

            Exit status: 0 if it is in force, or there is nothing to translate; 1 if connections may get AMT's ports, \
            or AMT cuts some off; 3 if that is not known, or amtguardd does not run, does not answer or reported too \
            long ago; 64 wrong usage.
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
