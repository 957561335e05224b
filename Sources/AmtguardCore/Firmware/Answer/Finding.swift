/// A known value, or the reason why it is unknown: "unknown" never means "no".
public enum Finding<Value: Hashable & Sendable>: Hashable, Sendable {
    /// The firmware, or its driver, reported it.
    case known(Value)
    /// It was not reported, or not understood.
    case unknown(Gap)

    /// The value; `nil` if unknown.
    public var value: Value? {
        switch self {
        case .known(let value): value
        case .unknown: nil
        }
    }

    /// Why the value is unknown; `nil` if it is known.
    public var gap: Gap? {
        switch self {
        case .known: nil
        case .unknown(let gap): gap
        }
    }

    /// Why the value is unknown, for people, one line.
    public var reason: String? { gap?.says }

    /// Transforms the value. If `transform` returns `nil`, `gap` gives the reason.
    func map<Other>(_ transform: (Value) -> Other?, else gap: Gap) -> Finding<Other> {
        switch self {
        case .known(let value): transform(value).map(Finding<Other>.known) ?? .unknown(gap)
        case .unknown(let gap): .unknown(gap)
        }
    }

    /// The finding of a field before anything was reported about it.
    static var unsaid: Self { .unknown(.unsaid) }
}

/// Why something in an answer is unknown. Judgements compare it; `says` is for people.
public enum Gap: Hashable, Sendable {
    /// The firmware was not asked: why.
    case notAsked(String)
    /// The firmware was asked, and no answer came in time.
    case noAnswer
    /// Another program has the client's only connection.
    case held
    /// AMT answered and refused.
    case refused(AMTStatus)
    /// MKHI answered and refused.
    case rejected(MKHI.Result)
    /// The reply is not the expected message: why.
    case malformed(String)
    /// Anything else, in words.
    case other(String)

    static let unsaid: Gap = "the answer does not say"

    /// What was wrong with a reply.
    public init(_ error: WireError) {
        switch error {
        case .refused(let status): self = .refused(status)
        case .result(let result): self = .rejected(result)
        case .short, .long, .value, .otherCommand, .repeated: self = .malformed(error.description)
        }
    }

    /// The reason for people, one line.
    public var says: String {
        switch self {
        case .notAsked(let reason): "not asked: \(reason)"
        case .noAnswer: "no answer in time"
        case .held: "another program holds the connection"
        case .refused(let status): WireError.refused(status).description
        case .rejected(let result): WireError.result(result).description
        case .malformed(let reason), .other(let reason): reason
        }
    }

    /// Whether the next question is likely to get it.
    var isPassing: Bool { [.noAnswer, .held, .refused(.notReady), .rejected(.notReady)].contains(self) }
}

extension Gap: ExpressibleByStringLiteral {
    public init(stringLiteral value: String) { self = .other(value) }
}

// MARK: - On the socket: a code, then a number or words

extension Gap {
    /// `refused 0x812`, `not-asked AMTHI is offered`
    var encoded: String {
        switch self {
        case .notAsked(let reason): "not-asked \(reason)"
        case .noAnswer: "no-answer"
        case .held: "held"
        case .refused(let status): "refused 0x\(String(status.rawValue, radix: 16))"
        case .rejected(let result): "rejected 0x\(String(result.rawValue, radix: 16))"
        case .malformed(let reason): "malformed \(reason)"
        case .other(let reason): "other \(reason)"
        }
    }

    /// Parses the helper's text: printable ASCII. Keeps a code that this version does not define as words.
    init(parsing text: String) {
        let unknown = Gap.other(String(text.prefix(FirmwareAnswer.textLimit - "other ".count)))
        let parts = text.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        let rest = parts.count > 1 ? String(parts[1]) : nil
        let number = rest.flatMap { $0.hasPrefix("0x") ? UInt32($0.dropFirst(2), radix: 16) : nil }
        switch (parts.first ?? "", rest, number) {
        case ("not-asked", let reason?, _): self = .notAsked(reason)
        case ("no-answer", nil, _): self = .noAnswer
        case ("held", nil, _): self = .held
        case ("refused", _, let number?): self = .refused(AMTStatus(rawValue: number))
        case ("rejected", _, let number?):
            self = UInt8(exactly: number).map { .rejected(MKHI.Result(rawValue: $0)) } ?? unknown
        case ("malformed", let reason?, _): self = .malformed(reason)
        case ("other", let reason?, _): self = .other(reason)
        default: self = unknown
        }
    }
}
