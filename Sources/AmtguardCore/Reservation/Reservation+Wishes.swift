// Which program asked for the ports in the list. Without a program in the kernel, a changed list only shows that
// another program wrote it. With one, each write is known, and also the ports that its writer left out.

/// What several writes together ask for.
enum Demand: Hashable {
    /// Nothing: the kernel refuses all of them.
    case nothing
    /// These ports, in addition to the former ones.
    case more(PortSet)
    /// These ports, and no others: the last replacement with the additions after it.
    case only(PortSet)
    /// Uncertain: a text is unknown, or a write was not recorded.
    case unknown
}

extension Wish {
    /// Whether the list shows that the kernel has carried out the demand.
    fileprivate func isMet(by found: PortSet) -> Bool {
        if case .ports(let ports) = text { ports.subtracting(found).isEmpty } else { true }
    }
}

extension Wishes {
    var isEmpty: Bool { wishes.isEmpty && lost == 0 }

    /// The writes, by index, whose effect the list must show: the last one that replaced all of it, and those after it.
    fileprivate var awaitable: Range<Int> {
        let last = wishes.lastIndex { $0.replaces && !$0.isPrevented && $0.text != .refused }
        return (last ?? wishes.startIndex)..<wishes.endIndex
    }

    /// The demand of the writes in their order. A replacement cancels everything before it.
    var demand: Demand {
        let demand = wishes.indices.reduce(Demand.nothing) { former, index in
            let (wish, demand) = (wishes[index], gaps.contains(index) ? .unknown : former)
            return switch (wish.text, demand) {
            case (.refused, _): demand
            case (.unknown, _): .unknown
            case (.ports(let ports), _) where wish.replaces: .only(ports)
            case (.ports(let ports), .nothing): .more(ports)
            case (.ports(let ports), .more(let former)): .more(former.union(ports))
            case (.ports(let ports), .only(let former)): .only(former.union(ports))
            case (.ports, .unknown): .unknown
            }
        }
        return gaps.contains(wishes.count) ? .unknown : demand
    }
}

/// A write that would have removed required ports, and that a program in the kernel turned into an addition.
public struct Prevention: Hashable, Sendable {
    /// The list that the writer asked for.
    public var asked: PortSet
    /// The required ports that the request lacked, and that stayed.
    public var kept: PortSet
    /// Always known, because the program in the kernel names it.
    public var writer: Writer
    /// When amtguard saw it.
    public var at: Moment
}

extension Reservation {
    /// Takes the writes that a program in the kernel has shown since the settled ones. They were read after the list,
    /// so they include each write whose effect the next reading of the list shows.
    mutating func observe(_ wishes: Wishes) {
        showsWishes = true
        shown = wishes
        guard !wishes.isEmpty, judged <= wishes.wishes.count else {
            forgetJudgement()
            return
        }
        isShown = true
        suspicion = nil
        if !isLate { brokenAfter = nil }
        writers = wishes.wishes.filter { $0.replaces && !$0.isPrevented }.map(\.writer)
            .suffix(WriterTally.mostEntries)
    }

    /// Finds out which ports in the list amtguard owns.
    ///
    /// | the writes since | owned afterwards |
    /// |---|---|
    /// | none was shown | what was owned before, if the list is the same; else nothing |
    /// | replaced the list | all ports that they did not ask for: required ports, and those that they left out |
    /// | added ports | what was owned before, without these |
    /// | are uncertain | what was owned before, if the list is the same; else nothing, so nothing is removed |
    ///
    /// Owned ports that are not required are then removed as usual.
    mutating func attribute(_ found: PortSet, at now: Moment) -> [Effect] {
        guard !shown.isEmpty else {
            disown(ownership.observe(found))
            return []
        }
        for index in refused { shown.wishes[index].text = .refused }
        waitForEffects(in: found, at: now.instant)
        guard awaited.isEmpty else { return [] }
        let effects = take(shown.demand, found, at: now)
        judged = shown.wishes.count
        // While ports are to be removed, the writes stay in the kernel: if this process is killed, the next one judges
        // them again.
        let excess = ownership.owned.subtracting(required)
        isUnsettled = writes && !excess.isEmpty && found.subtracting(excess).fitsOneWrite && shown.demand != .unknown
        return isUnsettled ? effects : effects + settleWishes()
    }

    /// Waits for writes whose effect the list does not show, because the program in the kernel runs before the kernel
    /// changes the list. A write without effect after a while was refused, by the kernel or another program.
    ///
    /// If a replacement was refused, the one before it counts, and the list must show that one.
    private mutating func waitForEffects(in found: PortSet, at now: Instant) {
        var shownAt = now
        while true {
            let unmet = shown.awaitable.filter { $0 >= judged && !shown.wishes[$0].isMet(by: found) }
            awaited = Dictionary(uniqueKeysWithValues: unmet.map { ($0, awaited[$0] ?? shownAt) })
            let late = awaited.filter { now - $0.value >= Self.grace }
            guard let latest = late.values.max() else { return }
            for index in late.keys {
                refused.insert(index)
                shown.wishes[index].text = .refused
            }
            // The writes before them were shown no later.
            shownAt = latest
        }
    }

    /// Forgets the writes, here and in the kernel.
    mutating func settleWishes() -> [Effect] {
        guard !shown.isEmpty else { return [] }
        shown = Wishes()
        forgetJudgement()
        return [.settle]
    }

    private mutating func forgetJudgement() {
        (awaited, isUnsettled, judged, refused) = ([:], false, 0, [])
    }

    private mutating func take(_ demand: Demand, _ found: PortSet, at now: Moment) -> [Effect] {
        switch demand {
        case .only(let ports):
            disown(ownership.owned.intersection(ports))
            ownership = Ownership(owned: found.subtracting(ports), list: found.fingerprint)
            let excess = ownership.owned.subtracting(required)
            if !excess.isEmpty { yielding = excess }
            return tellPrevented(at: now)
        case .more(let ports) where ownership.wasIn(found, without: ports, or: reserved):
            disown(ownership.owned.intersection(ports))
            ownership = Ownership(owned: ownership.owned.subtracting(ports), list: found.fingerprint)
            return []
        case .nothing, .more:
            disown(ownership.observe(found))
            return []
        case .unknown:
            disown(ownership.observe(found))
            // Another writer may have asked for any other port.
            ownership.owned = ownership.owned.intersection(required)
            let isKept = shown.lost > 0 || shown.wishes.contains { $0.text == .unknown && $0.isPrevented }
            guard isKept, isPreventing == true else { return [] }
            guard unjudgedToldAt.map({ now.instant - $0 >= Overwrites.window }) ?? true else { return [] }
            unjudgedToldAt = now.instant
            return [.report(.unjudged(by: shown.wishes.last { $0.text == .unknown }?.writer, lost: shown.lost))]
        }
    }

    private mutating func disown(_ ports: PortSet) { disowned = disowned.union(ports) }

    private mutating func tellPrevented(at now: Moment) -> [Effect] {
        var effects: [Effect] = []
        for wish in shown.wishes.dropFirst(judged) where wish.isPrevented {
            guard case .ports(let asked) = wish.text else { continue }
            let kept = required.subtracting(asked)
            guard !kept.isEmpty else { continue }
            let prevention = Prevention(asked: asked, kept: kept, writer: wish.writer, at: now)
            prevented += 1
            lastPrevention = prevention
            lastWriters.note(wish.writer, at: now)
            if overwrites.take(asked, by: [wish.writer], .prevented, at: now) {
                effects.append(.report(.prevented(prevention)))
            }
        }
        return effects
    }
}

extension Ownership {
    /// Whether these ports were owned in the list that became `found` when other programs added `ports`. Only the last
    /// reading shows which of them had been there before, and a guard that has just started has none.
    fileprivate func wasIn(_ found: PortSet, without ports: PortSet, or former: PortSet?) -> Bool {
        if let former { return former.union(ports) == found && list == former.fingerprint }
        return list == found.fingerprint || list == found.subtracting(ports).fingerprint
    }
}

/// The last programs that overwrote the list, each once.
struct LastWriters: Hashable, Sendable {
    struct Entry: Hashable, Sendable {
        var writer: Writer
        var at: Moment
    }

    /// The last one first.
    private(set) var entries: [Entry] = []

    mutating func note(_ writer: Writer, at now: Moment) {
        entries.removeAll { $0.writer.isNamed(like: writer) }
        entries.insert(Entry(writer: writer, at: now), at: 0)
        if entries.count > WriterTally.mostEntries { entries.removeLast() }
    }
}
