/// IsChangeToAMTEnabled, a question to the firmware's watchdog client: whether AMT is switched on. From 16.1 on, makers
/// deliver machines on which it is switched off, while AMTHI answers as if AMT were only not provisioned.
///
/// Source: intel/lms, MNGIsChangeToAMTEnabledCommand. The sub-command 0x53 switches AMT; no code here can create its
/// bytes.
public struct AMTSwitch: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// AMT works now; counts only with `isKnown`.
    public static let operational = AMTSwitch(rawValue: 1 << 1)
    /// The ports for this host are served by TLS only; counts only with `isKnown`.
    public static let tlsOnly = AMTSwitch(rawValue: 1 << 6)
    /// The firmware implements this question with this meaning. Older firmware answers another one.
    public static let isKnown = AMTSwitch(rawValue: 1 << 7)

    /// Whether AMT is switched on; `nil` if this firmware does not report it.
    public var isOn: Bool? { contains(.isKnown) ? contains(.operational) : nil }

    /// The bytes of the question: command, length, sub-command, version.
    public static let question: [UInt8] = [0x05, 0x02, 0x51, 0x10]

    /// Parses a reply: one byte, or four from older firmware, little-endian.
    public init(parsing bytes: [UInt8]) throws(WireError) {
        guard let byte = bytes.first else { throw .short("state") }
        guard bytes.count == 1 || bytes.count >= 4 else { throw .short("state") }
        guard bytes.count == 1 || bytes[1...3].allSatisfy({ $0 == 0 }) else {
            throw .value("state", bytes.prefix(4).reversed().reduce(0) { $0 << 8 | UInt32($1) })
        }
        self.init(rawValue: byte)
    }
}

extension AMTSwitch: AnswerValue {
    var texts: [String] { ["0x" + String(rawValue, radix: 16)] }

    init?(texts: [String]) {
        guard texts[0].hasPrefix("0x"), let number = UInt8(texts[0].dropFirst(2), radix: 16) else { return nil }
        self.init(rawValue: number)
        guard self.texts == texts else { return nil }
    }

    var json: JSON {
        ["number": .number(Int64(rawValue)), "on": isOn.map(JSON.bool) ?? .null, "tlsOnly": .bool(contains(.tlsOnly))]
    }

    var words: String { isOn.map(onOff) ?? "this firmware does not say (\(texts[0]))" }
}
