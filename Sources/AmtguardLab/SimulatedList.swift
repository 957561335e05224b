public import AmtguardCore

/// The kernel's list, and what the kernel does not keep: who put each port there.
///
/// A write at position 0 replaces, one at another position adds, and neither takes a lock (facts measured on 6.18).
public struct SimulatedList: Sendable {
    /// What a look shows.
    public private(set) var ports = PortSet()
    /// What it would show had no amtguard ever run.
    public private(set) var without = PortSet()
    /// What other programs wrote and nobody has dropped since.
    public private(set) var claimed = PortSet()
    /// What an amtguard put there when it was not there.
    public private(set) var placed = PortSet()
    /// As much of it as no other program's write, and no meeting of two writes, has made doubtful.
    public private(set) var undisturbed = PortSet()
    /// What other programs wrote and lost where their write met one of amtguard's.
    public private(set) var lost = PortSet()
    /// What amtguard took away although others had put it there: must stay empty.
    public private(set) var stolen = PortSet()
    /// How often another program wrote.
    public private(set) var strangersWrites = 0

    /// `strangersWrites` at the last look of an amtguard's: what it adds upon an older one is doubtful.
    private var writesAtLook = 0

    /// What a write of amtguard's meets, if not success.
    public var refusal: Obstacle?
    /// What a look meets, if not the list.
    public var unreadable: Obstacle?

    /// An empty list, as in a new network namespace.
    public init() {}

    /// One look.
    mutating func look() -> Reading {
        writesAtLook = strangersWrites
        return unreadable.map(Reading.obstacle) ?? .ports(ports)
    }

    /// Another program writes at position 0.
    public mutating func replace(with new: PortSet) {
        ports = new
        without = new
        claimed = new
        placed = PortSet()
        undisturbed = PortSet()
        lost = PortSet()
        strangersWrites += 1
    }

    /// Another program writes at another position.
    public mutating func join(_ new: PortSet) {
        ports = ports.union(new)
        without = without.union(new)
        claimed = claimed.union(new)
        lost = lost.subtracting(new)
        undisturbed = PortSet()
        strangersWrites += 1
    }

    /// So many times the same replacement, with nobody looking in between.
    mutating func replace(with new: PortSet, times: Int) {
        guard times > 0 else { return }
        replace(with: new)
        strangersWrites += times - 1
    }

    /// An amtguard adds.
    mutating func add(_ new: PortSet) {
        let missing = new.subtracting(ports)
        ports = ports.union(new)
        placed = placed.union(missing)
        if strangersWrites == writesAtLook { undisturbed = undisturbed.union(missing) }
    }

    /// An amtguard takes away.
    mutating func remove(_ old: PortSet) {
        stolen = stolen.union(old.intersection(claimed))
        ports = ports.subtracting(old)
        placed = placed.subtracting(old)
        undisturbed = undisturbed.subtracting(old)
    }

    /// An addition of amtguard's and one of another program's meet: each may lose bits of its own.
    mutating func collide(_ ours: PortSet, losing oursLost: PortSet, with theirs: PortSet, losing theirsLost: PortSet) {
        let before = ports
        join(theirs)
        add(ours)
        let gone = oursLost.intersection(ours).union(theirsLost.intersection(theirs)).subtracting(before)
        ports = ports.subtracting(gone)
        placed = placed.subtracting(gone)
        undisturbed = PortSet()
        claimed = claimed.subtracting(gone)
        lost = lost.union(gone.intersection(theirs))
    }
}
