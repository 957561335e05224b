import AmtguardCore
import AmtguardLinux
import ArgumentParser

/// `amtguardctl config`
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Show each key of the configuration, its value, and the line that sets it.",
        discussion: """
            This is what the files say now. amtguardd reads them at its start and at a reload; amtguardctl status says \
            whether it refused them.

            Exit status: 0 if amtguardd accepts the files, even if it ignores lines of them; 1 if it refuses them; 3 \
            if one can't be read now, or not by you; 64 wrong usage.
            """)

    @OptionGroup var common: CommonOptions

    @Flag(help: "Print JSON, as /usr/share/amtguard/config.schema.json describes it.")
    var json = false

    func run() throws {
        let root = try common.openRoot()
        let files = ConfigurationReader(forDaemon: true).files(below: root)
        let (settings, problems) = Configuration.settings(files)
        try Self.report(settings, problems).show(json: json)
    }

    static func report(_ settings: [ConfigurationSetting], _ problems: [ConfigurationProblem]) -> Report {
        var lines: [Status.Line] = []
        for problem in problems {
            switch problem.severity {
            case .refused where problem.isUnread:
                lines.append(Status.Line("Unread", problem.description, .doubtful))
            case .refused: lines.append(Status.Line("Refused", problem.description, .bad))
            case .warning: lines.append(Status.Line("Ignored", problem.description, .doubtful))
            }
        }
        let isUnread = problems.contains(where: \.isUnread)
        let isRefused = problems.contains { $0.severity == .refused && !$0.isUnread }
        if isRefused {
            lines.append(
                .advice(
                    "Correct the file. Until then amtguardd keeps the values that it had; at a start it uses these:"))
        }
        return Report(
            ConfigurationSetting.json(settings, problems), lines, isRefused ? .degraded : isUnread ? .unknown : .good
        ) { table(of: settings).render(on: $0) }
    }

    private static func table(of settings: [ConfigurationSetting]) -> Columns {
        var table = Columns("KEY", "VALUE", "SET IN")
        for section in ConfigurationKey.sections {
            table.add(.init("[\(section)]", .faint), .init(""), .init(""))
            for setting in settings where setting.key.section == section {
                let origins = setting.origins.map(\.description)
                table.add(
                    .init(setting.key.rawValue), .init(setting.value.isEmpty ? "none" : setting.value),
                    origins.isEmpty
                        ? .init("the default", .faint) : .init(origins.joined(separator: ", ")))
            }
        }
        return table
    }
}
