/// The result of a probe for one port.
public enum ProbeVerdict: String, CaseIterable, Hashable, Sendable, Toned {
    /// Its packets do not arrive, but those of its controls do.
    case diverted
    /// An answer arrived.
    case passes
    /// Nothing arrived, but neither did answers to all of its controls: this says nothing about the port.
    case noAnswer = "no-answer"
    /// A socket is on it.
    case busy
    /// It was not tried.
    case notTried = "not-tried"
    /// Address translation changed the port on the way out, or may have done so: this says nothing about the port.
    case unknown

    /// The verdict, from the outcomes at the port and at the controls beside it.
    ///
    /// One silent control is enough to doubt the result: packets get lost on the way, or another rule drops them.
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
        case .diverted, .passes, .busy, .unknown: rawValue
        case .noAnswer: "no answer at all"
        case .notTried: "not tried"
        }
    }

    var tone: Status.Tone {
        switch self {
        case .diverted: .bad
        case .passes: .good
        case .noAnswer, .busy, .notTried, .unknown: .doubtful
        }
    }
}
