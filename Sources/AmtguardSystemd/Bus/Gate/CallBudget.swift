/// How often others may call in a second: so often in all, in equal shares, and each a few times at least.
///
/// Whoever exceeded its share in the second before is greedy: the greedy together have no more than one caller has alone,
/// so that a thousand of them leave room for whoever comes to ask how it goes. And whoever waits for each answer before the
/// next call loses none: the first call too many waits for the next second. Those behind it are dropped.
struct CallBudget {
    /// What there is to share.
    static let inAll = 256
    static let least = 4
    /// With the least that each may have: as many as 256 callers make, the most connections of a user on a usual bus.
    static let most = 1_024
    static let window: Duration = .seconds(1)
    /// More senders than a bus has connections.
    private static let mostSenders = 4_096

    private var counts: [String: Int] = [:]
    private var greedy: Set<String> = []
    private var sendersBefore = 0
    private var passed = 0
    private var passedOfGreedy = 0
    /// When the next second begins.
    private(set) var end: Duration = .zero

    private var share: Int { max(Self.least, Self.inAll / max(counts.count, sendersBefore, 1)) }

    /// Begins another second, where the former is over.
    ///
    /// - Returns: Whether one began.
    mutating func begin(at now: Duration) -> Bool {
        guard now >= end else { return false }
        end = now + Self.window
        let share = share
        greedy = Set(counts.filter { $0.value > share }.keys)
        sendersBefore = counts.count
        counts = [:]
        passed = 0
        passedOfGreedy = 0
        return true
    }

    /// Counts a call, or a signal, and decides about it.
    mutating func judge(_ sender: String) -> MessageSieve.Judgement {
        guard counts.count < Self.mostSenders || counts[sender] != nil else { return .drop }
        let count = counts[sender, default: 0] + 1
        counts[sender] = count
        let isGreedy = greedy.contains(sender)
        guard passed < Self.most, !isGreedy || passedOfGreedy <= Self.inAll else { return .drop }
        guard count <= share + 1 else { return .drop }
        passed += 1
        if isGreedy { passedOfGreedy += 1 }
        return count <= share ? .pass : .postpone
    }
}
