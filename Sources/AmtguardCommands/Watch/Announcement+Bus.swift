import AmtguardCore
import AmtguardSystemd

// The daemon's signals, as they arrive from the bus. A signal that can't be read is announced by its name alone.

extension Announcement {
    /// The signals that are shown: all of the manager's, and the changes of its properties.
    static let signals = [
        SignalMatch(path: "/org/amtguard1", interface: "org.amtguard1.Manager"),
        SignalMatch(
            path: "/org/amtguard1", interface: "org.freedesktop.DBus.Properties", member: "PropertiesChanged"),
    ]

    /// The announcement of a signal.
    init(_ signal: BusMessage) {
        let name = signal.member ?? "?"
        self = (try? Self.parsed(name, signal)) ?? .unreadable(name)
    }

    private static func parsed(_ name: String, _ signal: BusMessage) throws -> Announcement {
        switch name {
        case "Repaired":
            .repaired(
                found: try signal.readString(), restored: try signal.readString(), pid: try signal.readUInt32(),
                command: try signal.readString())
        case "Prevented":
            .prevented(
                asked: try signal.readString(), kept: try signal.readString(), pid: try signal.readUInt32(),
                command: try signal.readString())
        case "ContestedChanged": .contested(try signal.readBool())
        case "VerdictChanged": .verdict(try signal.readString(), reason: try signal.readString())
        case "PropertiesChanged":
            // The first argument is the interface. Only the manager's interface announces changes.
            try signal.readString() == "org.amtguard1.Manager"
                ? .changed(try signal.readProperties().map { ($0.name, Value($0.value)) }) : .unreadable(name)
        default: .unreadable(name)
        }
    }
}

extension Announcement.Value {
    init(_ value: BusValue) {
        self =
            switch value {
            case .string(let text): .text(text)
            case .bool(let flag): .flag(flag)
            case .int32(let number): .text("\(number)")
            case .uint16(let number): .number(UInt64(number))
            case .uint32(let number): .number(UInt64(number))
            case .uint64(let number): .number(number)
            case .stringArray(let texts): .texts(texts)
            }
    }
}
