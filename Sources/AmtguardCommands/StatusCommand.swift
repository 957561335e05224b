import AmtguardCore
import ArgumentParser

/// `amtguardctl status`
struct StatusCommand: ReportCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show the verdict, its reasons, and what to do.")

    @OptionGroup var common: CommonOptions

    @Flag(help: "Print JSON, as /usr/share/amtguard/status.schema.json describes it.")
    var json = false

    static func report(_ outcome: Inquiry.Outcome) -> Report {
        switch outcome {
        case .report(let assessment):
            Report(assessment.json, assessment.text, assessment.verdict.map(ExitStatus.init) ?? .unknown)
        case .absence(let absence): Report(absence.json, absence.text, .unknown)
        }
    }
}
