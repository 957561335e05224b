/// What the kernel shows of the redraw table.
public struct RedrawReading: Hashable, Sendable {
    /// Whether the table stands there, and whose it is.
    public enum State: Hashable, Sendable {
        /// There is no table of this name.
        case absent
        /// It is as amtguard makes it, with these addresses and ports.
        case inForce(RedrawTable)
        /// It is amtguard's by its comment or its owner, and not as amtguard makes it.
        case altered
        /// Another program has a table of this name; its owner's name if the kernel knows one.
        case foreign(owner: String?)
        /// It can't be read or made, or nobody may; one line each.
        case unknown(says: String, advice: String?)
    }

    /// What stands in the kernel under the table's name.
    public var state: State
    /// Whether it belongs to the guard's socket, so that no other program can change it.
    public var isOwned: Bool
    /// The packets of its counters.
    public var redrawn: UInt64
    /// Packets that were answered with a refusal.
    public var refused: UInt64

    /// A reading; by default nobody owns the table, and nothing was counted.
    public init(_ state: State, isOwned: Bool = false, redrawn: UInt64 = 0, refused: UInt64 = 0) {
        self.state = state
        self.isOwned = isOwned
        self.redrawn = redrawn
        self.refused = refused
    }

    /// The table that is in force; `nil` for none.
    public var table: RedrawTable? { if case .inForce(let table) = state { table } else { nil } }
}

extension RedrawReading.State {
    /// What keeps the table from being in force, one line.
    ///
    /// - Parameter table: How the sentence names another program's table of this name.
    func says(_ table: String) -> String {
        switch self {
        case .absent, .inForce, .altered: "its table is not there"
        case .foreign(let owner): "another program\(owner.map { " (\($0))" } ?? "") has \(table)"
        case .unknown(let says, _): says
        }
    }

    /// What to do about a failure; `nil` if that depends on the cause.
    var advice: String? { if case .unknown(_, let advice) = self { advice } else { nil } }
}

/// What to do about the redraw table.
public enum RedrawChange: Hashable, Sendable {
    /// Put this table in force, in place of what stands there.
    case load(RedrawTable)
    /// Take it away.
    case unload
}
