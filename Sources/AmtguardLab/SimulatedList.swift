public import AmtguardCore

/// The kernel's list, with the origin of each port, which the kernel does not store.
///
/// A write at position 0 replaces; a write at another position adds. Neither takes a lock (measured on 6.18).
public struct SimulatedList: Sendable {
    /// What a look shows.
    public private(set) var ports = PortSet()
    /// What a look would show if no amtguard had ever run.
    public private(set) var without = PortSet()
    /// The ports that other programs wrote and no program has dropped since.
    public private(set) var claimed = PortSet()
    /// The ports that an amtguard added because they were missing.
    public private(set) var placed = PortSet()
    /// The part of `placed` that no other program's write, and no collision of two writes, has made doubtful.
    public private(set) var undisturbed = PortSet()
    /// The ports that other programs wrote and lost because their write collided with one of amtguard's.
    public private(set) var lost = PortSet()
    /// The ports that amtguard removed although other programs had added them: must stay empty.
    public private(set) var stolen = PortSet()
    /// Whether a program in the kernel could not record, or not read, a write since the last replacement that it
    /// recorded.
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

    /// Another program writes at position 0, and a program in the kernel turns this into an addition.
    mutating func keep(replacingWith new: PortSet) {
        let all = ports.union(new)
        let former = strangersWrites
        replace(with: new)
        (ports, placed, strangersWrites) = (all, all.subtracting(new), former + 1)
    }

    /// The same replacement, repeated, without a look in between.
    mutating func replace(with new: PortSet, times: Int) {
        guard times > 0 else { return }
        replace(with: new)
        strangersWrites += times - 1
    }

    /// What is wrong if one amtguard owns these ports: it must own what it placed and nobody has made doubtful since,
    /// and nothing that another program added.
    func breaches(owned: PortSet) -> [String] {
        var breaches: [String] = []
        let stolen = owned.intersection(claimed)
        if !stolen.isEmpty { breaches.append("owns \(stolen), which others put there") }
        let strange = owned.subtracting(placed)
        if !strange.isEmpty { breaches.append("owns \(strange), which it did not put there") }
        // After a write that was not recorded, any port that is no longer required may have been asked for.
        let forgotten = isUncertain ? PortSet() : undisturbed.subtracting(owned)
        if !forgotten.isEmpty { breaches.append("forgot that it put \(forgotten) there") }
        return breaches
    }

    /// The record of what amtguard placed is lost.
    mutating func forgetRecord() { undisturbed = PortSet() }

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

    /// An addition of amtguard and one of another program collide: each may lose some of its bits.
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
