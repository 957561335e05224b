// PropertiesChanged of org.amtguard1.Manager.

extension Announcement {
    /// The value of a property.
    public enum Value: Hashable, Sendable {
        /// A text of another process, not yet printable.
        case text(String)
        /// Yes or no.
        case flag(Bool)
        /// A count or a time; the greatest number means unknown.
        case number(UInt64)
        /// Texts of another process, not yet printable: for example, one for each hold.
        case texts([String])

        var json: JSON {
            switch self {
            case .text(let text): .string(text)
            case .flag(let flag): .bool(flag)
            // systemd writes an unknown number in this way.
            case .number(.max): .null
            case .number(let number): .number(Int64(clamping: number))
            case .texts(let texts): .array(texts.map(JSON.string))
            }
        }

        var words: String {
            switch self {
            case .text(let text): printable(text.utf8, atMost: 100)
            case .flag(let flag): flag ? "yes" : "no"
            case .number(.max): "unknown"
            case .number(let number): "\(number)"
            case .texts(let texts): "\(texts.count) lines"
            }
        }
    }

    /// Properties with their new values.
    public static func changed(_ properties: [(name: String, value: Value)]) -> Announcement {
        let words = properties.compactMap { Self.words($0.name, $0.value) }
        return Announcement(
            "PropertiesChanged", words.isEmpty ? "" : "now: \(words.joined(separator: ", "))", .faint,
            ["changed": .object(properties.map { JSON.Member(key: $0.name.oneLine, value: $0.value.json) })])
    }

    /// Whether it is only for programs: people get the same from other signals.
    public var isForProgramsAlone: Bool { says.isEmpty }

    /// `reserved 623,664`; `nil` for a property that another signal reports, or that is of no interest to people.
    private static func words(_ name: String, _ value: Value) -> String? {
        switch (name, value) {
        case ("Verdict", _), ("Contested", _), ("LastRepairUSec", _): nil
        case ("RequiredPorts", .text(let ports)): "required \(shown(ports))"
        case ("ReservedPorts", .text(let ports)): "reserved \(shown(ports))"
        case ("OwnedPorts", .text(let ports)): "owned \(shown(ports))"
        case ("AMTState", _): "AMT \(value.words)"
        case ("AMTVersion", .text("")): "firmware unknown"
        case ("AMTVersion", _): "firmware \(value.words)"
        case ("AMTAddress", _): "address \(value.words)"
        case ("Holds", .texts(let holds)): "holds \(holds.count { $0.hasSuffix(" held") }) of \(holds.count)"
        case ("Repairs", _), ("Prevented", _), ("Redrawn", _), ("Refused", _), ("Victims", _):
            "\(name.lowercased()) \(value.words)"
        default: "\(printable(name.utf8)) \(value.words)"
        }
    }
}
