import AmtguardCore
import ArgumentParser
import SystemPackage

/// `amtguardctl status`
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show the verdict, what it rests on, and what to do.")

    @OptionGroup var common: CommonOptions

    @Flag(help: "Print JSON, as docs/status.schema.json describes it.")
    var json = false

    func run() throws {
        let exit: ExitStatus
        switch Inquiry(root: common.root.map { FilePath($0) }).outcome() {
        case .answer(let answer, let stale):
            exit = stale == nil ? ExitStatus(answer.status.verdict) : .unknown
            let warning = stale.map { [Status.Line("Stale", "\($0): nobody knows what is so now", .bad)] }
            show(answer.status.json(stale: stale).description, (warning ?? []) + answer.status.text)
        case .absence(let absence):
            exit = .unknown
            show(absence.json.description, absence.text)
        }
        throw ExitCode(exit.rawValue)
    }

    private func show(_ text: String, _ lines: [Status.Line]) {
        if json {
            print(text)
        } else {
            print(Terminal.standard.render(lines))
        }
    }
}
