/// What the kernel shows of the redraw table.
public struct RedrawReading: Hashable, Sendable {
    /// Whether the table exists, and who made it.
    public enum State: Hashable, Sendable {
        /// There is no table of this name.
        case absent
        /// It is unchanged, with these addresses and ports.
        case inForce(RedrawTable)
        /// It is amtguard's by its comment or its owner, but differs from what amtguard loads.
        case altered
        /// Another program has a table of this name; its owner's name, if known.
        case foreign(owner: String?)
        /// It can't be read or made, or this process may not; one line each.
        case unknown(says: String, advice: String?)
    }

    /// The table of this name in the kernel.
    public var state: State
    /// Whether the guard's socket owns it, so that no other program can change it.
    public var isOwned: Bool
    /// Packets that were dropped, by the table's counter.
    public var redrawn: UInt64
    /// Packets that were refused, by the table's counter.
    public var refused: UInt64

    /// A reading; by default the table has no owner, and nothing was counted.
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
    /// - Parameter table: The sentence's words for another program's table of this name.
    func says(_ table: String) -> String {
        switch self {
        case .absent: "amtguard's table is not loaded"
        case .inForce, .altered: "amtguard's table was changed, or is outdated"
        case .foreign(let owner): "another program\(owner.map { " (\($0))" } ?? "") has \(table)"
        case .unknown(let says, _): says
        }
    }

    /// What to do about a failure; `nil` if that depends on the cause.
    var advice: String? { if case .unknown(_, let advice) = self { advice } else { nil } }
}

/// A change of the redraw table.
public enum RedrawChange: Hashable, Sendable {
    /// Load this table, and replace what is there.
    case load(RedrawTable)
    /// Delete the table.
    case unload
}
