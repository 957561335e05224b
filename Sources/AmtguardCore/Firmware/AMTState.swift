/// What is known of AMT on this machine.
public enum AMTState: Hashable, Sendable {
    /// Positively not there: the evidence.
    case impossible(String)
    /// Not known: the reason. The ports stay required.
    case unknown(String)

    /// The word for it in every face.
    public var word: String {
        switch self {
        case .impossible: "impossible"
        case .unknown: "unknown"
        }
    }

    /// The evidence or the reason.
    public var because: String {
        switch self {
        case .impossible(let evidence): evidence
        case .unknown(let reason): reason
        }
    }
}

/// One thing that was seen and what it says.
public struct Evidence: Hashable, Sendable, Codable {
    /// Where it was seen: `pci`, `mei`, `amthi`.
    public var source: String
    /// What it says, for people.
    public var says: String
}
