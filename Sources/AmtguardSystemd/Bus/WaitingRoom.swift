/// How many calls wait at a time until it is known whether they may: each is kept meanwhile, and nobody has a right to it.
struct WaitingRoom {
    /// Calls whose sender's user the bus is asked for.
    static let mostUnknown = 64
    /// Calls of one user that polkit is asked about: it may wait for a person.
    static let mostOfUser = 2
    /// Those of all users.
    static let mostOfAll = 16

    private var unknown = 0
    private var users: [UInt32: Int] = [:]

    /// Lets in a call of nobody knows whom.
    mutating func admit() -> Bool {
        guard unknown < Self.mostUnknown else { return false }
        unknown += 1
        return true
    }

    mutating func leave() { unknown -= 1 }

    /// Lets in a call of a user.
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
