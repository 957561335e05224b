// How each kind of value is written: as texts with keys, as JSON, and in words.

/// A value of an answer. Its texts are printable ASCII on one line.
protocol AnswerValue: Hashable, Sendable {
    /// The suffix that each text adds to the key of the field; one empty suffix for a value of one text.
    static var parts: [String] { get }
    /// One text for each part.
    var texts: [String] { get }
    /// - Returns: `nil` for texts that `texts` never returns.
    init?(texts: [String])
    var json: JSON { get }
    /// For people.
    var words: String { get }
}

extension AnswerValue {
    static var parts: [String] { [""] }
    /// The key of each part of the field with this key: `WIRED_IPV4`.
    static func keys(_ key: String) -> [String] { parts.map { $0.isEmpty ? key : key + "_" + $0 } }
    var json: JSON { .string(texts[0]) }
    var words: String { texts[0] }
}

extension String: AnswerValue {
    var texts: [String] { [self] }

    init?(texts: [String]) {
        guard !texts[0].isEmpty else { return nil }
        self = texts[0]
    }
}

extension Bool: AnswerValue {
    var texts: [String] { [self ? "1" : "0"] }

    init?(texts: [String]) {
        guard let value = Self.flag(texts[0]) else { return nil }
        self = value
    }

    static func flag(_ text: String) -> Bool? {
        switch text {
        case "0": false
        case "1": true
        default: nil
        }
    }

    var json: JSON { .bool(self) }
    var words: String { self ? "yes" : "no" }
}

extension FirmwareAnswer.Behaviour: AnswerValue {
    var texts: [String] { [rawValue] }

    init?(texts: [String]) {
        self.init(rawValue: texts[0])
    }
}

extension ProvisioningState: AnswerValue {
    var texts: [String] { [word] }

    init?(texts: [String]) {
        guard let state = Self.allCases.first(where: { $0.word == texts[0] }) else { return nil }
        self = state
    }

    var words: String {
        switch self {
        case .pre: "not provisioned"
        case .in: "being provisioned"
        case .post: "provisioned"
        }
    }
}

extension ControlMode: AnswerValue {
    var texts: [String] { [word] }

    init?(texts: [String]) {
        self.init(word: texts[0])
    }
}

extension GUID: AnswerValue {
    var texts: [String] { [description] }

    init?(texts: [String]) {
        self.init(texts[0])
    }
}

extension SKU: AnswerValue {
    var texts: [String] { ["\(rawValue)"] }

    init?(texts: [String]) {
        guard let number = decimal(texts[0].utf8) else { return nil }
        self.init(rawValue: number)
    }

    var json: JSON { ["number": .number(Int64(rawValue)), "names": .array(names.map(JSON.string))] }
    var words: String { (["\(rawValue)"] + names).joined(separator: " ") }
}

extension RedirectionState: AnswerValue {
    static let parts = ["SOL", "IDER", "KVM"]
    private static let flags: [Self] = [.sol, .ider, .kvm]
    var texts: [String] { Self.flags.map { contains($0) ? "1" : "0" } }

    init?(texts: [String]) {
        self.init(flags: Self.flags, texts)
    }

    var json: JSON {
        ["sol": .bool(contains(.sol)), "ider": .bool(contains(.ider)), "kvm": .bool(contains(.kvm))]
    }
    var words: String { "SOL \(onOff(contains(.sol))), IDE-R \(onOff(contains(.ider))), KVM \(onOff(contains(.kvm)))" }
}

extension KVMState: AnswerValue {
    static let parts = ["ACTIVE", "WAITING"]
    private static let flags: [Self] = [.active, .waiting]
    var texts: [String] { Self.flags.map { contains($0) ? "1" : "0" } }

    init?(texts: [String]) {
        self.init(flags: Self.flags, texts)
    }

    var json: JSON { ["active": .bool(contains(.active)), "waitingForConsent": .bool(contains(.waiting))] }
    var words: String {
        contains(.active) ? "session active" : contains(.waiting) ? "waiting for consent" : "no session"
    }
}

extension OptionSet where Element == Self {
    /// The flags whose text is 1; `nil` if a text is neither 0 nor 1.
    fileprivate init?(flags: [Self], _ texts: [String]) {
        self = []
        for (flag, text) in zip(flags, texts) {
            guard let isSet = Bool.flag(text) else { return nil }
            if isSet { insert(flag) }
        }
    }
}

/// For people.
func onOff(_ value: Bool) -> String { value ? "on" : "off" }
