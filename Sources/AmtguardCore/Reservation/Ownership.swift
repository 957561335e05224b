/// Which required ports amtguard added itself, and the list for which this holds.
///
/// If a reading shows another list, another program has written it, and may have added the ports in it as well. In
/// doubt, amtguard does not own them: otherwise it would remove ports that other programs added.
public struct Ownership: Hashable, Sendable {
    /// An addition or a removal that is recorded before it is carried out.
    ///
    /// The record describes the list before the act and the list after it. If the process is killed at any moment, the
    /// next one compares the list with both, so no port is left without an owner. Any third list was written by
    /// another program.
    public struct Act: Hashable, Sendable {
        /// The direction of an act; in the record by its name.
        public enum Kind: String, Hashable, Sendable {
            /// Ports are added to the list, and owned from then on.
            case adding
            /// Owned ports are removed from the list.
            case removing
        }

        /// Whether it adds or removes.
        public var kind: Kind
        /// The ports that amtguard owns after an addition, or no longer owns after a removal.
        public var ports: PortSet
        /// The fingerprint of the list after the act.
        public var list: UInt64

        /// An act on these ports, and the fingerprint of the list after it.
        public init(_ kind: Kind, _ ports: PortSet, list: UInt64) {
            self.kind = kind
            self.ports = ports
            self.list = list
        }
    }

    /// The only ports that amtguard may remove from the list.
    public var owned: PortSet
    /// The fingerprint of the list in which these ports are owned.
    public var list: UInt64?
    /// The act that is under way; `nil` once its outcome was seen.
    public var act: Act?

    /// The known ownership; by default amtguard owns nothing.
    public init(owned: PortSet = PortSet(), list: UInt64? = nil, act: Act? = nil) {
        self.owned = owned
        self.list = list
        self.act = act
    }

    /// All ports that may turn out to be owned at the next look.
    public var possible: PortSet {
        if let act, act.kind == .adding { owned.union(act.ports) } else { owned }
    }

    /// Takes a reading into account: after a change by any other program, nothing is owned.
    ///
    /// - Returns: The ports in `found` that were owned until now.
    mutating func observe(_ found: PortSet) -> PortSet {
        let fingerprint = found.fingerprint
        if act?.list == fingerprint { finish() }
        act = nil
        guard list != fingerprint else { return PortSet() }
        defer { self = Ownership(list: fingerprint) }
        return owned.intersection(found)
    }

    /// Notes an addition to `found` before it is recorded and carried out.
    mutating func foresee(adding ports: PortSet, to found: PortSet) {
        act = Act(.adding, ports.subtracting(found), list: found.union(ports).fingerprint)
    }

    /// Notes a removal from `found` before it is recorded and carried out.
    mutating func foresee(removing ports: PortSet, from found: PortSet) {
        act = Act(.removing, ports, list: found.subtracting(ports).fingerprint)
    }

    /// Notes that the act was carried out.
    mutating func finish() {
        guard let act else { return }
        owned = act.kind == .adding ? owned.union(act.ports) : owned.subtracting(act.ports)
        list = act.list
        self.act = nil
    }

    /// Notes that the kernel refused the act.
    mutating func abandon() { act = nil }
}

extension PortSet {
    /// A fingerprint that is the same for equal sets, in any notation and order (FNV-1a, 64 bits).
    ///
    /// It represents a list of up to 190 KiB in a record that must be written in a microsecond.
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
