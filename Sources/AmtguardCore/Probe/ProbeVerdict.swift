/// What a probe found out about one port.
public enum ProbeVerdict: String, CaseIterable, Hashable, Sendable, Codable {
    /// Its packets do not arrive, and those beside it do.
    case diverted
    /// An answer arrived.
    case passes
    /// Nothing arrived, but neither did it beside, or not everywhere: it says nothing about the port.
    case noAnswer = "no-answer"
    /// Somebody sits on it.
    case busy
    /// It was not tried.
    case notTried = "not-tried"

    /// The verdict, by what became of the port and of the controls beside it.
    ///
    /// One silent control is enough to doubt: packets get lost on such a way, or are dropped by another rule.
    public init(_ outcome: ProbeOutcome, beside controls: [ProbeOutcome]) {
        let tried = controls.filter(\.wasTried)
        switch outcome {
        case .connected, .refused: self = .passes
        case .silent: self = !tried.isEmpty && tried.allSatisfy(\.isAnswer) ? .diverted : .noAnswer
        case .unreachable: self = .noAnswer
        case .busy: self = .busy
        case .notPermitted, .failed: self = .notTried
        }
    }

    /// As people write it.
    public var words: String {
        switch self {
        case .diverted, .passes, .busy: rawValue
        case .noAnswer: "no answer at all"
        case .notTried: "not tried"
        }
    }

    var tone: Status.Tone {
        switch self {
        case .diverted: .bad
        case .passes: .good
        case .noAnswer, .busy, .notTried: .doubtful
        }
    }
}
