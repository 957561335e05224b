/// Limits how many calls wait for their authorization at a time, because each of them uses memory.
struct WaitingRoom {
    /// Calls for which the bus has not named the sender's user yet.
    static let mostUnknown = 64
    /// Calls of one user about which polkit decides. It may wait for a person.
    static let mostOfUser = 2
    /// Such calls of all users.
    static let mostOfAll = 16

    private var unknown = 0
    private var users: [UInt32: Int] = [:]

    /// Admits a call of a user that is not known yet.
    mutating func admit() -> Bool {
        guard unknown < Self.mostUnknown else { return false }
        unknown += 1
        return true
    }

    mutating func leave() { unknown -= 1 }

    /// Admits a call of a user.
    mutating func admit(_ user: UInt32) -> Bool {
        let count = users[user, default: 0]
        guard count < Self.mostOfUser, users.values.reduce(0, +) < Self.mostOfAll else { return false }
        users[user] = count + 1
        return true
    }

    mutating func leave(_ user: UInt32) {
        users[user] = users[user].flatMap { $0 > 1 ? $0 - 1 : nil }
    }
}
