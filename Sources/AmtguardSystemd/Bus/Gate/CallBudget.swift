/// How often others may call in a second: so often in all, in equal shares, and each a few times at least.
///
/// Whoever waits for each answer before the next call never loses one: the first call too many waits for the next second.
/// Those behind it are dropped.
struct CallBudget {
    static let inAll = 256
    static let least = 4
    static let window: Duration = .seconds(1)
    /// More senders than a bus has connections.
    private static let mostSenders = 4_096

    private var counts: [String: Int] = [:]
    private var share = CallBudget.inAll
    /// When the next second begins.
    private(set) var end: Duration = .zero

    /// Begins another second, where the former is over. A share is what there is, by those who called in it.
    ///
    /// - Returns: Whether one began.
    mutating func begin(at now: Duration) -> Bool {
        guard now >= end else { return false }
        end = now + Self.window
        share = max(Self.least, Self.inAll / max(counts.count, 1))
        counts.removeAll()
        return true
    }

    /// Counts a call, or a signal, and decides about it.
    mutating func judge(_ sender: String) -> MessageSieve.Judgement {
        guard counts.count < Self.mostSenders || counts[sender] != nil else { return .drop }
        let count = counts[sender, default: 0] + 1
        counts[sender] = count
        if count <= share { return .pass }
        return count == share + 1 ? .postpone : .drop
    }
}
