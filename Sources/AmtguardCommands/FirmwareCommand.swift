import AmtguardCore
import ArgumentParser
import SystemPackage

/// `amtguardctl firmware`
struct FirmwareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "firmware", abstract: "Show what is known of Intel AMT, and by which evidence.",
        discussion: """
            What the firmware said when amtguardd asked it last. It is not asked anew: as root, amtguard-firmware asks \
            it directly.

            Exit status: 0 if amtguardd told, 3 if it does not run or what it saw is too old, 64 wrong usage.
            """)

    @OptionGroup var common: CommonOptions

    @Flag(help: "Print JSON: the keys observed, reasons and amt of /usr/share/amtguard/status.schema.json.")
    var json = false

    func run() throws {
        let report = Report(common, absent: Self.withoutDaemon) { status, stale in
            Report(status.firmwareJSON(stale: stale), status.firmwareText, .good)
        }
        try report.show(json: json)
    }

    private static func withoutDaemon(_ absence: Absence) -> Report {
        let lines = [
            Status.Line("Without amtguardd", "\(absence.reason.says), and it is who asks the firmware", .doubtful),
            Status.Line.advice("As root, amtguard-firmware asks it directly."),
        ]
        return Report(absence.firmwareJSON, lines, .unknown)
    }
}
