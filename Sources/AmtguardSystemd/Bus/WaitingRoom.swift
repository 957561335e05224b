/// Limits how many calls wait for their authorization at the same time, because each of them uses memory.
struct WaitingRoom {
    /// Calls for which the bus has not named the sender's user yet.
    static let mostUnknown = 64
    /// Such calls of one sender.
    static let mostOfSender = 4
    /// The most calls of one user that wait for polkit, which may wait for a person.
    static let mostOfUser = 2
    /// Such calls of all users.
    static let mostOfAll = 16

    private var senders: [String: Int] = [:]
    private var users: [UInt32: Int] = [:]

    /// Admits a call of a sender whose user is not known yet.
    mutating func admit(_ sender: String) -> Bool {
        Self.admit(sender, to: &senders, most: Self.mostOfSender, inAll: Self.mostUnknown)
    }

    mutating func leave(_ sender: String) { Self.remove(sender, from: &senders) }

    /// Admits a call of a user.
    mutating func admit(_ user: UInt32) -> Bool {
        Self.admit(user, to: &users, most: Self.mostOfUser, inAll: Self.mostOfAll)
    }

    mutating func leave(_ user: UInt32) { Self.remove(user, from: &users) }

    private static func admit<Key>(_ key: Key, to counts: inout [Key: Int], most: Int, inAll: Int) -> Bool {
        let count = counts[key, default: 0]
        guard count < most, counts.values.reduce(0, +) < inAll else { return false }
        counts[key] = count + 1
        return true
    }

    private static func remove<Key>(_ key: Key, from counts: inout [Key: Int]) {
        counts[key] = counts[key].flatMap { $0 > 1 ? $0 - 1 : nil }
    }
}
