public import AmtguardCore

/// The kernel's list, and, unlike in the kernel, which program put each port there.
///
/// A write at position 0 replaces; a write at another position adds. Neither takes a lock (measured on 6.18).
public struct SimulatedList: Sendable {
    /// What a look shows.
    public private(set) var ports = PortSet()
    /// What it would show if no amtguard had ever run.
    public private(set) var without = PortSet()
    /// What other programs wrote and no program has dropped since.
    public private(set) var claimed = PortSet()
    /// What an amtguard added when it was missing.
    public private(set) var placed = PortSet()
    /// The part of it that no other program's write, and no collision of two writes, has made doubtful.
    public private(set) var undisturbed = PortSet()
    /// What other programs wrote and lost because their write collided with one of amtguard's.
    public private(set) var lost = PortSet()
    /// What amtguard removed although others had added it: must stay empty.
    public private(set) var stolen = PortSet()
    /// Whether a program in the kernel could not note, or not read, a write since the last replacement that it knows.
    public internal(set) var isUncertain = false
    /// How often another program wrote.
    public private(set) var strangersWrites = 0

    /// `strangersWrites` at the last look of an amtguard. An addition based on an older look is doubtful.
    private var writesAtLook = 0

    /// The result of an amtguard's write, unless it succeeds.
    public var refusal: Obstacle?
    /// The result of a look, unless it shows the list.
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

    /// Another program writes at position 0, and a program in the kernel makes it add.
    mutating func keep(replacingWith new: PortSet) {
        let all = ports.union(new)
        let former = strangersWrites
        replace(with: new)
        (ports, placed, strangersWrites) = (all, all.subtracting(new), former + 1)
    }

    /// The same replacement so many times, without a look in between.
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

    /// An amtguard removes.
    mutating func remove(_ old: PortSet) {
        stolen = stolen.union(old.intersection(claimed))
        ports = ports.subtracting(old)
        placed = placed.subtracting(old)
        undisturbed = undisturbed.subtracting(old)
    }

    /// An addition of amtguard's and one of another program's collide: each may lose some of its bits.
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
