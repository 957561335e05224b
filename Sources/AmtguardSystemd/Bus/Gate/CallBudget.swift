/// Limits the calls that the guard accepts in a second: a total number, in equal shares, and at least a few for each
/// sender.
///
/// A sender that exceeded its share in the last second is greedy. All greedy senders together get no more than one
/// sender alone may have, so even a thousand of them leave room for a user who asks for the status. The first call
/// beyond a share waits for the next second, and later ones are dropped. So a sender that waits for each answer before
/// its next call loses none, unless it is greedy together with others.
/// call loses none, unless it is greedy together with others.
struct CallBudget {
    /// The number of calls that the senders share.
    static let inAll = 256
    static let least = 4
    /// The most calls in all, if each sender gets its minimum: those of 256 senders. A usual bus allows a user 256
    /// connections.
    static let most = 1_024
    static let window: Duration = .seconds(1)
    /// More senders than a bus has connections.
    private static let mostSenders = 4_096

    private var counts: [String: Int] = [:]
    private var greedy: Set<String> = []
    private var sendersBefore = 0
    private var passed = 0
    private var passedOfGreedy = 0
    /// When the next second starts.
    private(set) var end: Duration = .zero

    private var share: Int { max(Self.least, Self.inAll / max(counts.count, sendersBefore, 1)) }

    /// Starts the next second, if the last one is over.
    ///
    /// - Returns: Whether a second has started.
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

    /// Counts a call or a signal, and decides what happens to it.
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
