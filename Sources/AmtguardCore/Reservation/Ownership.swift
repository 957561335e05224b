/// Which required ports amtguard added itself, and the list in which that is true.
///
/// As soon as the list is found to be another one, somebody else has written it, and what still stands in it may be
/// theirs as well: in doubt, not owned. Wrongly owning would take away what others put there.
public struct Ownership: Hashable, Sendable {
    /// The only ports amtguard may take out of the list.
    public var owned: PortSet
    /// The fingerprint of the list after amtguard's last act.
    public var list: UInt64?

    /// What is known; by default amtguard owns nothing.
    public init(owned: PortSet = PortSet(), list: UInt64? = nil) {
        self.owned = owned
        self.list = list
    }

    /// Takes a reading into account: after anybody else's change nothing is owned.
    mutating func observe(_ found: PortSet) {
        let fingerprint = found.fingerprint
        if list != fingerprint { self = Ownership(list: fingerprint) }
    }

    /// Foresees an addition to `found`, to be remembered before it is made.
    ///
    /// Written down first, an addition can't become an orphan by a kill in the wrong microsecond: either the list is
    /// found as foreseen, and the ports are ours, or it is not, and they are not.
    mutating func foresee(adding ports: PortSet, to found: PortSet) {
        owned = owned.union(ports.subtracting(found))
        list = found.union(ports).fingerprint
    }

    /// Foresees a removal from `found`.
    mutating func foresee(removing ports: PortSet, from found: PortSet) {
        owned = owned.subtracting(ports)
        list = found.subtracting(ports).fingerprint
    }
}

extension PortSet {
    /// The same for equal sets, whoever wrote them and in whatever order (FNV-1a, 64 bits).
    ///
    /// It stands for a list of up to 190 KiB in a record that must be written in a microsecond.
    public var fingerprint: UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for range in ranges {
            for half in [range.lowerBound, range.upperBound] {
                hash = (hash ^ UInt64(half & 0xFF)) &* 0x100_0000_01B3
                hash = (hash ^ UInt64(half >> 8)) &* 0x100_0000_01B3
            }
        }
        return hash
    }
}
