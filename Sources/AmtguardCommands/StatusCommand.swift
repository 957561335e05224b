import AmtguardCore
import ArgumentParser

/// `amtguardctl status`
struct StatusCommand: ReportCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show the verdict, its reasons, and what to do.",
        discussion: """
            Without amtguardd it shows what this machine needs, as amtguardd --dry-run does.

            Exit status: 0 protected or not needed, 1 degraded, 2 exposed, 3 unknown (no port is seen to be exposed, \
            and amtguardd does not run, has not reported lately, or does not answer while the list can't be read), 64 \
            wrong usage.
            """)

    @OptionGroup var common: CommonOptions

    @Flag(help: "Print JSON, as /usr/share/amtguard/status.schema.json describes it.")
    var json = false

    @Flag(name: .shortAndLong, help: "Print everything that is known, with the evidence.")
    var verbose = false

    func run() throws {
        let outcome = common.inquiry.outcome()
        try (verbose ? Self.report(outcome) : Self.summary(outcome)).show(json: json)
    }

    /// One screen.
    static func summary(_ outcome: Inquiry.Outcome) -> Report {
        var report = report(outcome)
        let summary =
            switch outcome {
            case .report(let assessment): assessment.summary
            case .absence(let absence): absence.summary
            }
        report.text = []
        report.drawing = { Screen(summary, on: $0).render() }
        return report
    }

    /// Everything.
    static func report(_ outcome: Inquiry.Outcome) -> Report {
        switch outcome {
        case .report(let assessment):
            Report(assessment.json, assessment.text, ExitStatus(outcome))
        case .absence(let absence):
            Report(absence.json, absence.text, ExitStatus(outcome))
        }
    }
}
