// The table of the fields: every output of an answer, and its parser, uses its rows, in their order. A new field needs
// a property and a row.

extension FirmwareAnswer {
    /// The source of a field.
    public enum Source: String, Hashable, Sendable {
        /// An attribute of the device in `/sys`.
        case sysfs
        /// The AMT host interface.
        case amthi
        /// The kernel host interface.
        case mkhi
        /// The watchdog client.
        case watchdog
    }

    static let rows: [Row] = [
        Row("DEVICE", "device", "Device", .sysfs, \.device),
        Row("DEVICE_STATE", "deviceState", "State", .sysfs, \.deviceState),
        Row("FIRMWARE_VERSION", "firmwareVersion", "Firmware", .sysfs, \.firmwareVersion),
        Row("AMTHI", "amthi", "Interface", .amthi, \.amthi),
        Row("BIOS", "bios", "BIOS", .amthi, \.bios),
        Row("AMT_VERSION", "amtVersion", "AMT version", .amthi, \.amtVersion),
        Row("AMT_BUILD", "amtBuild", "Build", .amthi, \.amtBuild),
        Row("SKU", "sku", "SKU", .amthi, \.sku),
        Row("PROVISIONING", "provisioningState", "Provisioning", .amthi, \.provisioningState),
        Row("CONTROL_MODE", "controlMode", "Control mode", .amthi, \.controlMode),
        Row("WIRED", "wired", "Wired", .amthi, \.wired),
        Row("WIRELESS", "wireless", "Wireless", .amthi, \.wireless),
        Row("SECURITY", "security", "Security", .amthi, \.security),
        Row("REDIRECTION", "redirection", "Redirection", .amthi, \.redirection),
        Row("WEB_UI", "webUI", "Web UI", .amthi, \.webUI),
        Row("KVM", "kvm", "KVM", .amthi, \.kvm),
        Row("REMOTE", "remoteAccess", "Remote access", .amthi, \.remoteAccess),
        Row("SURPLUS", "surplus", "Surplus", .amthi, \.surplus),
        Row("UUID", "uuid", "UUID", .amthi, \.uuid),
        Row("MKHI_CAPABLE", "capable", "Capable", .mkhi, \.capable),
        Row("MKHI_ENABLED", "enabled", "Enabled", .mkhi, \.enabled),
        Row("MKHI_AVAILABLE", "available", "Available", .mkhi, \.available),
        Row("SWITCH", "amtSwitch", "AMT switch", .watchdog, \.amtSwitch),
    ]

    /// A field of any type: its names, and how it is read from lines.
    struct Row: Sendable {
        /// The key of its line, or the prefix of its keys.
        let key: String
        /// Its name in the JSON.
        let name: String
        /// Its name for people.
        let label: String
        let source: Source
        /// Marks it as unknown.
        let miss: @Sendable (inout FirmwareAnswer, Gap) -> Void
        /// Reads it from the lines. Without a line it stays unchanged.
        let fill: @Sendable (inout FirmwareAnswer, inout AnswerLines) throws(Malformed) -> Void
        fileprivate let finding: @Sendable (FirmwareAnswer) -> any AnswerFinding

        fileprivate init<Value: AnswerValue>(
            _ key: String, _ name: String, _ label: String, _ source: Source,
            _ path: any WritableKeyPath<FirmwareAnswer, Finding<Value>> & Sendable
        ) {
            self.key = key
            self.name = name
            self.label = label
            self.source = source
            miss = { $0[keyPath: path] = .unknown($1) }
            fill = { (answer, lines) throws(Malformed) in try lines.fill(&answer[keyPath: path], key) }
            finding = { $0[keyPath: path] }
        }
    }

    /// A field of this answer.
    struct Field {
        let row: Row
        fileprivate let finding: any AnswerFinding

        /// A key and a text for each part; `nil` if the value is unknown.
        var lines: [(key: String, text: String)]? { finding.lines(row.key) }
        var json: JSON { finding.json }
        var words: String { finding.words }
        /// Why it is unknown.
        var gap: Gap? { finding.gap }
        var reason: String? { gap?.says }
    }

    /// All fields.
    var fields: [Field] { Self.rows.map { Field(row: $0, finding: $0.finding(self)) } }
}

/// A finding of any type.
private protocol AnswerFinding {
    func lines(_ key: String) -> [(key: String, text: String)]?
    var json: JSON { get }
    var words: String { get }
    var gap: Gap? { get }
}

extension Finding: AnswerFinding where Value: AnswerValue {
    func lines(_ key: String) -> [(key: String, text: String)]? {
        value.map { value in zip(Value.keys(key), value.texts).map { ($0, $1) } }
    }

    var json: JSON { value.map(\.json) ?? .null }
    var words: String { value.map(\.words) ?? "unknown" }
}
