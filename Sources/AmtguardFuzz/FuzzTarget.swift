// What a parser must guarantee for any bytes. The fuzzer (Tools/fuzzer) searches for bytes that break a guarantee, and
// the tests try the bytes in Tests/Corpora. Both call the same function.

/// One parser of foreign bytes, and its promises in addition to not crashing.
public struct FuzzTarget: Sendable {
    /// The name, also of its corpus below `Tests/Corpora`.
    public let name: String
    private let promises: @Sendable ([UInt8]) throws(Violation) -> Void

    /// A target with a function that throws if the bytes break a promise.
    public init(_ name: String, _ promises: @escaping @Sendable ([UInt8]) throws(Violation) -> Void) {
        self.name = name
        self.promises = promises
    }

    /// - Throws: The promise that these bytes break.
    public func check(_ bytes: [UInt8]) throws(Violation) {
        try promises(bytes)
    }

    /// Every parser of foreign bytes.
    public static let all = [
        FuzzTarget("amthi-replies", amthiReplies),
        FuzzTarget("mkhi-replies", mkhiReplies),
        FuzzTarget("connect-reply", connectReply),
        FuzzTarget("smbios-table", smbiosTable),
        FuzzTarget("answer-lines", answerLines),
        FuzzTarget("recording", recording),
        FuzzTarget("ports-kernel", portsOfTheKernel),
        FuzzTarget("ports-configuration", portsOfTheConfiguration),
        FuzzTarget("configuration", configuration),
        FuzzTarget("foreign-configuration", foreignConfiguration),
        FuzzTarget("memory", memory),
        FuzzTarget("probe", probe),
        FuzzTarget("netlink", netlink),
        FuzzTarget("conntrack", conntrack),
        FuzzTarget("nftables", nftables),
        FuzzTarget("fanotify", fanotify),
        FuzzTarget("write-events", writeEvents),
        FuzzTarget("process-files", processFiles),
        FuzzTarget("bus-messages", busMessages),
    ]
}

/// A broken promise.
public struct Violation: Error, Hashable, CustomStringConvertible {
    /// The promise.
    public let description: String

    /// The promise, as a sentence.
    public init(_ description: String) {
        self.description = description
    }
}

func require(_ condition: Bool, _ promise: @autoclosure () -> String) throws(Violation) {
    guard condition else { throw Violation(promise()) }
}

/// A text for people or for the journal: one line, without control characters.
func requireOneLine(_ text: String, atMost limit: Int) throws(Violation) {
    let isShown = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }
    try require(isShown, "one line that a terminal only shows: \(text.debugDescription)")
    try require(text.utf8.count <= limit, "at most \(limit) bytes: \(text.debugDescription)")
}
