import AmtguardCore

// What a storm must not break.

extension Storm {
    mutating func judge() {
        let stolen = ground.list.stolen
        if !stolen.isEmpty { violate("removed \(stolen), which others had put there") }
        for fault in ground.faults { violate(fault) }
        takeEvents()
        while let first = repairs.first, ground.clock - first > .seconds(60) { repairs.removeFirst() }
        let lines = repairs.count
        // Five of a series, and the one that the first look of a process finds.
        if lines > 6 { violate("\(lines) lines on single repairs within a minute") }
        if let seen = ground.seen {
            for breach in seen.breaches(owned: guardian.memory.ownership.owned) { violate(breach) }
        }
        if recorded.ownership != guardian.memory.ownership { violate("a successor would own other ports") }
        if steps.isMultiple(of: 257) { judgeReport() }
    }

    mutating func takeEvents() {
        for event in ground.events {
            if case .repaired = event { repairs.append(ground.clock) }
            if let kind = event.kind { count(kind) }
        }
        ground.events.removeAll(keepingCapacity: true)
    }

    /// What is told is what was seen.
    mutating func judgeReport() {
        let status = guardian.status
        let told = status.ports.reserved, seen = ground.seen?.ports.description
        if told != seen { violate("tells \(told ?? "nothing"), saw \(seen ?? "nothing")") }
        let held = Set(status.holds.filter { $0.state == "held" }.map { "\($0.address):\($0.port)/\($0.protocol)" })
        let invented = held.subtracting(ground.held.keys.map(\.description))
        if !invented.isEmpty { violate("tells of holds that it does not have: \(invented.sorted())") }
        for line in status.text where line.value.contains("\n") { violate("a fact of several lines: \(line.value)") }
    }

    /// After a quiet interval nothing is wrong any more.
    mutating func judgeQuiet() {
        let status = guardian.status
        if status.contested { violate("still contested after quiet minutes") }
        if status.verdict == .exposed { violate("still exposed: \(status.reasons.map(\.says))") }
        let refused = status.holds.filter { $0.state != "held" }
        if !refused.isEmpty { violate("holds are missing though nothing is in their way: \(refused.map(\.address))") }
        let isInForce = ground.table.table != nil
        if let told = status.nat?.inForce, told != isInForce { violate("tells that the table is in force: \(told)") }
    }

    mutating func violate(_ promise: String) {
        guard violations.count < 20, !violations.contains(where: { $0.hasSuffix(": \(promise)") }) else { return }
        violations.append("seed \(seed), step \(steps): \(promise)")
    }

    mutating func count(_ what: String) { tally[what, default: 0] += 1 }
}

extension Event {
    /// A word for those that a run should have met.
    fileprivate var kind: String? {
        switch self {
        case .repaired: "repaired"
        case .contested: "contested"
        case .obstructed: "obstructed"
        case .amt: "amt"
        case .held: "held"
        case .unheld: "unheld"
        case .redrawing: "redrawing"
        case .redrawObstructed: "redraw-obstructed"
        case .victim: "victim"
        case .translatedVictim: "translated-victim"
        default: nil
        }
    }
}
