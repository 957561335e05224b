/// What became of one connection from one local port.
public enum ProbeOutcome: Hashable, Sendable {
    /// The peer took it.
    case connected
    /// The peer reset it: an answer as good as any.
    case refused
    /// Nothing came back, however often it was asked.
    case silent
    /// There is no way, or somebody on it said so by ICMP, whose packets carry no port for a NIC to divert by: it says
    /// nothing about the port.
    case unreachable(String)
    /// The local port is in use; by whom or why it is not lent.
    case busy(String)
    /// A port below 1024, and not root.
    case notPermitted
    /// Anything else that the kernel refused.
    case failed(String)

    /// Whether a packet of the peer came back to this port.
    public var isAnswer: Bool {
        switch self {
        case .connected, .refused: true
        case .silent, .unreachable, .busy, .notPermitted, .failed: false
        }
    }

    /// Whether it could be tried at all.
    public var wasTried: Bool {
        switch self {
        case .connected, .refused, .silent, .unreachable: true
        case .busy, .notPermitted, .failed: false
        }
    }

    /// For programs.
    public var word: String {
        switch self {
        case .connected: "connected"
        case .refused: "refused"
        case .silent: "silent"
        case .unreachable: "unreachable"
        case .busy: "busy"
        case .notPermitted: "not-permitted"
        case .failed: "failed"
        }
    }

    /// What is to be said beyond the word.
    public var detail: String? {
        switch self {
        case .unreachable(let detail), .busy(let detail), .failed(let detail): detail
        case .connected, .refused, .silent, .notPermitted: nil
        }
    }

    /// From a word and its detail; `nil` where they are none, or do not belong together.
    init?(word: some StringProtocol, detail: String?) {
        switch (word, detail) {
        case ("connected", nil): self = .connected
        case ("refused", nil): self = .refused
        case ("silent", nil): self = .silent
        case ("not-permitted", nil): self = .notPermitted
        case ("unreachable", let detail?): self = .unreachable(detail)
        case ("busy", let detail?): self = .busy(detail)
        case ("failed", let detail?): self = .failed(detail)
        default: return nil
        }
    }

    /// For people.
    public var says: String {
        switch self {
        case .connected: "connected"
        case .refused: "the peer refused, which is an answer"
        case .silent: "nothing came back"
        case .unreachable(let why): "unreachable: \(why)"
        case .busy(let why): "the port is in use: \(why)"
        case .notPermitted: "ports below 1024 need root"
        case .failed(let why): "it could not be tried: \(why)"
        }
    }
}
