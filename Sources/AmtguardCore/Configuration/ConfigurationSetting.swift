/// A key, its value in force, and the origin of the value: what `amtguardctl config` shows.
public struct ConfigurationSetting: Hashable, Sendable {
    /// An assignment in a file.
    public struct Origin: Hashable, Sendable, CustomStringConvertible {
        /// The file, as it was given to the parser.
        public var path: String
        /// Counted from 1.
        public var line: Int

        public var description: String { "\(path):\(line)" }
    }

    /// The setting's key; each key has exactly one setting.
    public var key: ConfigurationKey
    /// In the syntax of amtguard.conf; empty for no port.
    public var value: String
    /// The assignments of the value: one, or several for a key that adds; none if the default is in force.
    public var origins: [Origin]
}

extension Configuration {
    /// Each key with the value that these files give it. A wrong assignment counts as absent.
    public static func settings(_ files: [ConfigurationFile]) -> ([ConfigurationSetting], [ConfigurationProblem]) {
        let parser = ConfigurationParser(files)
        let settings = ConfigurationKey.allCases.map { key in
            ConfigurationSetting(
                key: key, value: parser.configuration.text(of: key), origins: parser.assignments[key] ?? [])
        }
        return (settings, parser.problems)
    }

    /// A value in the syntax of amtguard.conf.
    func text(of key: ConfigurationKey) -> String {
        switch key {
        case .mode: mode.rawValue
        case .ports: ports.configurationText
        case .extraPorts: extraPorts.configurationText
        case .onStop: onStop.rawValue
        case .audit: audit.timeSpan
        case .repairBurst: "\(pace.burst)"
        case .repairsPerSecond: "\(pace.perSecond)"
        case .refresh: refresh.timeSpan
        case .hold: hold.rawValue
        case .holdUDP: holdsUDP ? "yes" : "no"
        case .redraw: redraw.rawValue
        }
    }
}

extension PortSet {
    /// `623 664 16992-16995`
    fileprivate var configurationText: String {
        "\(self)".map { $0 == "," ? " " : "\($0)" }.joined()
    }
}

extension ConfigurationSetting {
    /// What `amtguardctl config --json` prints.
    public static func json(_ settings: [ConfigurationSetting], _ problems: [ConfigurationProblem]) -> JSON {
        [
            "schema": 1, "version": .string(amtguardVersion), "settings": .array(settings.map(\.json)),
            "problems": .array(
                problems.map { problem in
                    [
                        "severity": .string(problem.word),
                        "path": .string(problem.path), "line": JSON(problem.line.map(Int64.init)),
                        "says": .string(problem.message),
                    ]
                }),
        ]
    }

    private var json: JSON {
        [
            "section": .string(key.section), "key": .string(key.rawValue), "value": .string(value),
            "origins": .array(origins.map { ["path": .string($0.path), "line": .number(Int64($0.line))] }),
        ]
    }
}

extension ConfigurationProblem {
    /// For programs.
    fileprivate var word: String {
        switch severity {
        case .refused where isUnread: "unread"
        case .refused: "refused"
        case .warning: "ignored"
        }
    }
}
