import AmtguardCore
import ArgumentParser

/// `amtguardctl status`
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show the verdict, what it rests on, and what to do.")

    @OptionGroup var common: CommonOptions

    @Flag(help: "Print JSON, as /usr/share/amtguard/status.schema.json describes it.")
    var json = false

    func run() throws {
        let report = Report(common) { status, stale in
            Report(status.json(stale: stale), status.text, ExitStatus(status.verdict))
        }
        try report.show(json: json)
    }
}
