/// A key, its value in force, and where that comes from: what `amtguardctl config` tells.
public struct ConfigurationSetting: Hashable, Sendable {
    /// An assignment in a file.
    public struct Origin: Hashable, Sendable, CustomStringConvertible {
        /// The file, as it was given to the parser.
        public var path: String
        /// From 1.
        public var line: Int

        public var description: String { "\(path):\(line)" }
    }

    /// Which setting it is; each key has exactly one.
    public var key: ConfigurationKey
    /// In the syntax of amtguard.conf; empty for no port.
    public var value: String
    /// The assignments that made it: one, or several of a key that adds; none if the default was never touched.
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

    /// A value as amtguard.conf would say it.
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
        case .refused where mayPass: "unread"
        case .refused: "refused"
        case .warning: "ignored"
        }
    }
}
