import AmtguardCore
import ArgumentParser

/// `amtguardctl firmware`
struct FirmwareCommand: ReportCommand {
    static let configuration = CommandConfiguration(
        commandName: "firmware", abstract: "Show what is known of Intel AMT, and the evidence.",
        discussion: """
            This is what the firmware said when amtguardd queried it last. As root, amtguard-firmware queries it \
            directly.

            Exit status: 0 if amtguardd answered, 3 if it does not run, does not answer or reported too long ago, 64 \
            wrong usage.
            """)

    @OptionGroup var common: CommonOptions

    @Flag(help: "Print JSON, as /usr/share/amtguard/firmware.schema.json describes it.")
    var json = false

    static func report(_ outcome: Inquiry.Outcome) -> Report {
        switch outcome {
        case .report(let assessment):
            return Report(
                assessment.firmwareJSON, assessment.caveat + assessment.status.firmwareText,
                assessment.voice == .answers ? .good : .unknown)
        case .absence(let absence):
            let unknown = "unknown: \(absence.reason.says), and only amtguardd queries the firmware"
            let lines = [Status.Line("AMT", unknown, .doubtful)]
            return Report(
                absence.firmwareJSON,
                lines + Status.Line.advice(of: absence.reason)
                    + [.advice("As root, amtguard-firmware queries it directly.")], .unknown)
        }
    }
}
