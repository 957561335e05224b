// The table of the fields. Every output of an answer is made from it, so all have the same order.

extension FirmwareAnswer {
    /// The source of a field.
    public enum Source: String, Hashable, Sendable {
        /// An attribute of the device in `/sys`.
        case sysfs
        /// The AMT host interface.
        case amthi
        /// The kernel host interface.
        case mkhi
    }

    /// A field of any type: how it is written.
    struct Field {
        /// The key of its line, or the beginning of its keys.
        let key: String
        /// Its name in the JSON.
        let name: String
        /// Its name for people.
        let label: String
        let source: Source
        /// A key and a text for each part; `nil` if it is not known.
        let lines: [(key: String, text: String)]?
        let json: JSON
        let words: String
        /// Why it is not known.
        let gap: Gap?
        var reason: String? { gap?.says }

        fileprivate init<Value: AnswerValue>(
            _ key: String, _ name: String, _ label: String, _ source: Source, _ finding: Finding<Value>
        ) {
            self.key = key
            self.name = name
            self.label = label
            self.source = source
            lines = finding.value.map { value in
                zip(Value.parts, value.texts).map { (Self.key(key, $0), $1) }
            }
            json = finding.value.map(\.json) ?? .null
            words = finding.value.map(\.words) ?? "unknown"
            gap = finding.gap
        }

        static func key(_ key: String, _ part: String) -> String { part.isEmpty ? key : key + "_" + part }
    }

    /// All fields.
    var fields: [Field] {
        [
            Field("DEVICE", "device", "Device", .sysfs, device),
            Field("DEVICE_STATE", "deviceState", "State", .sysfs, deviceState),
            Field("FIRMWARE_VERSION", "firmwareVersion", "Firmware", .sysfs, firmwareVersion),
            Field("AMTHI", "amthi", "Interface", .amthi, amthi),
            Field("BIOS", "bios", "BIOS", .amthi, bios),
            Field("AMT_VERSION", "amtVersion", "AMT version", .amthi, amtVersion),
            Field("AMT_BUILD", "amtBuild", "Build", .amthi, amtBuild),
            Field("SKU", "sku", "SKU", .amthi, sku),
            Field("PROVISIONING", "provisioningState", "Provisioning", .amthi, provisioningState),
            Field("CONTROL_MODE", "controlMode", "Control mode", .amthi, controlMode),
            Field("WIRED", "wired", "Wired", .amthi, wired),
            Field("WIRELESS", "wireless", "Wireless", .amthi, wireless),
            Field("SECURITY", "security", "Security", .amthi, security),
            Field("REDIRECTION", "redirection", "Redirection", .amthi, redirection),
            Field("WEB_UI", "webUI", "Web UI", .amthi, webUI),
            Field("KVM", "kvm", "KVM", .amthi, kvm),
            Field("REMOTE", "remoteAccess", "Remote access", .amthi, remoteAccess),
            Field("UUID", "uuid", "UUID", .amthi, uuid),
            Field("MKHI_CAPABLE", "capable", "Capable", .mkhi, capable),
            Field("MKHI_ENABLED", "enabled", "Enabled", .mkhi, enabled),
            Field("MKHI_AVAILABLE", "available", "Available", .mkhi, available),
        ]
    }
}
