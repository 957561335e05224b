/// The outcome of one connection from one local port.
public enum ProbeOutcome: Hashable, Sendable {
    /// The peer accepted it.
    case connected
    /// The peer reset it: this is an answer too.
    case refused
    /// No answer came, in spite of all retransmissions.
    case silent
    /// There is no route, or a host on the way reported that by ICMP. ICMP packets carry no port by which a NIC could
    /// divert them, so this says nothing about the port.
    case unreachable(String)
    /// The local port is in use; the text names the program, or says why the port is not available.
    case busy(String)
    /// A port below 1024, and the user is not root.
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

    /// Whether it could be tried.
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

    /// The details beyond the word.
    public var detail: String? {
        switch self {
        case .unreachable(let detail), .busy(let detail), .failed(let detail): detail
        case .connected, .refused, .silent, .notPermitted: nil
        }
    }

    /// From a word and its detail; `nil` if they are invalid, or do not belong together.
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
