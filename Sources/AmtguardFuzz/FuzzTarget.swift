// What must hold of a parser, whatever bytes it is given. The fuzzer (Tools/fuzzer) looks for bytes that break it, and
// the tests try the bytes that are kept in Tests/Corpora: both call the same function.

/// One parser of foreign bytes, and its promises beyond not to crash.
public struct FuzzTarget: Sendable {
    /// Also that of its corpus below `Tests/Corpora`.
    public let name: String
    private let promises: @Sendable ([UInt8]) throws(Violation) -> Void

    /// A target with a function that throws for bytes with which a promise is broken.
    public init(_ name: String, _ promises: @escaping @Sendable ([UInt8]) throws(Violation) -> Void) {
        self.name = name
        self.promises = promises
    }

    /// - Throws: The promise that is broken with these bytes.
    public func check(_ bytes: [UInt8]) throws(Violation) {
        try promises(bytes)
    }

    /// Every parser of bytes that somebody else wrote.
    public static let all = [
        FuzzTarget("amthi-replies", amthiReplies),
        FuzzTarget("mkhi-replies", mkhiReplies),
        FuzzTarget("connect-reply", connectReply),
        FuzzTarget("firmware-requests", firmwareRequests),
        FuzzTarget("smbios-table", smbiosTable),
        FuzzTarget("answer-lines", answerLines),
        FuzzTarget("recording", recording),
        FuzzTarget("ports-kernel", portsOfTheKernel),
        FuzzTarget("ports-configuration", portsOfTheConfiguration),
        FuzzTarget("configuration", configuration),
        FuzzTarget("memory", memory),
        FuzzTarget("probe", probe),
        FuzzTarget("netlink", netlink),
        FuzzTarget("fanotify", fanotify),
        FuzzTarget("process-files", processFiles),
        FuzzTarget("bus-messages", busMessages),
    ]
}

/// A promise that is not kept.
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

/// What is told to a person or to the journal: one line, and nothing in it that a terminal obeys.
func requireOneLine(_ text: String, atMost limit: Int) throws(Violation) {
    let isShown = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }
    try require(isShown, "one line that a terminal only shows: \(text.debugDescription)")
    try require(text.utf8.count <= limit, "at most \(limit) bytes: \(text.debugDescription)")
}
