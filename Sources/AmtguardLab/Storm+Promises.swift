import AmtguardCore

// What a storm must not break.

extension Storm {
    mutating func judge() {
        let stolen = ground.kernel.list.stolen
        if !stolen.isEmpty { violate("removed \(stolen), which others had put there") }
        for fault in ground.faults { violate(fault) }
        takeEvents()
        if ground.isTouched { judgeOwnership() }
        judgePace()
        judgeProgram()
        if steps.isMultiple(of: 1_009) { judgeReport() }
    }

    /// Exactly what it placed and nobody has made doubtful; and what a successor would own.
    private mutating func judgeOwnership() {
        ground.isTouched = false
        let memory = guardian.memory
        let ownership = memory.ownership
        // Each process has seen it at its start.
        if !memory.sawCSME { violate("forgot that it saw a management engine") }
        // While the effect of a write is awaited, the former ownership stays.
        if let seen = ground.seen, ground.kernel.program?.log.isEmpty ?? true {
            for breach in seen.breaches(owned: ownership.owned) { violate(breach) }
        }
        guard !ground.isRecordStale, ground.isRecalled else { return }
        if ground.remembered.ownership != ownership { violate("a successor would own other ports") }
    }

    /// Each addition takes a token, except those that try again what the kernel refused.
    private mutating func judgePace() {
        let additions = ground.additions - pace.additions - (ground.failures - pace.failures)
        guard additions > configuration.pace.burst else { return }
        let time = (ground.clock - pace.since).components
        let seconds = Double(time.seconds) + Double(time.attoseconds) / 1e18
        guard Double(additions - configuration.pace.burst) > seconds * Double(configuration.pace.perSecond) + 1
        else { return }
        violate("\(additions) additions in \(seconds) s")
    }

    /// While the program in the kernel keeps the required ports, they don't leave the list.
    private mutating func judgeProgram() {
        guard ground.watch.kind == .bpf, guardian.isCurrent, let program = ground.kernel.program,
            let seen = ground.seen
        else { return }
        let required = guardian.missing(from: PortSet())
        if program.prevents == required.isEmpty {
            violate(program.prevents ? "prevents writes though nothing is required" : "does not prevent writes")
        }
        let wasWhole = ground.wasPreventing && program.prevents && seen.ports.isSuperset(of: required)
        if wasWhole, !ground.kernel.list.ports.isSuperset(of: required) {
            violate("required ports left the list although the program keeps them")
        }
    }

    mutating func takeEvents() {
        for (time, event) in ground.events {
            guard let kind = event.kind else {
                violate("tells what is not the guardian's to tell: \(event)")
                continue
            }
            ground.count(kind)
            if let excess = lines.note(event, at: time) { violate(excess) }
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
        let list = ground.kernel.list
        let missing = configuration.guarded.subtracting(list.ports)
        if !missing.isEmpty { violate("\(missing) are missing after a quiet interval") }
        let surplus = list.undisturbed.subtracting(configuration.guarded).subtracting(guardian.stranded)
        if !surplus.isEmpty, !list.isUncertain { violate("\(surplus) are no longer required, and stay") }
        if ground.watch.kind == .bpf {
            if ground.kernel.program?.log.isEmpty == false { violate("does not settle the writes") }
            let asked = list.without.union(configuration.guarded).union(guardian.stranded)
            if !list.isUncertain, list.ports != asked { violate("keeps \(list.ports), asked for \(asked)") }
        }
        let status = guardian.status
        if status.contested { violate("still contested after quiet minutes") }
        if status.verdict == .exposed { violate("still exposed: \(status.reasons.map(\.says))") }
        let refused = status.holds.filter { $0.state != "held" }
        if !refused.isEmpty { violate("holds are missing though nothing is in their way: \(refused.map(\.address))") }
        for (hold, isShared) in ground.held {
            if configuration.hold == .off { violate("holds \(hold) with Hold=off") }
            if isShared != (configuration.hold == .cooperative) { violate("holds \(hold) in another way than Hold=") }
            if hold.protocol == .udp, !configuration.holdsUDP { violate("holds \(hold) with HoldUDP=no") }
            if !configuration.guarded.contains(hold.port) { violate("holds \(hold), which is not required") }
        }
        let isInForce = ground.table.table != nil
        if let told = status.nat?.inForce, told != isInForce { violate("tells that the table is in force: \(told)") }
        if isInForce, configuration.redraw == .no { violate("redraws with Redraw=no") }
    }

    mutating func violate(_ promise: String) {
        guard violations.count < 20, !violations.contains(where: { $0.hasSuffix(": \(promise)") }) else { return }
        if firstViolation == nil { firstViolation = steps }
        violations.append("seed \(seed), step \(steps): \(promise)")
    }
}

/// When the lines were told whose number is limited, within the last minute.
struct StormLines: Sendable {
    private var overwrites: [Instant] = []
    private var contests: [Instant] = []
    private var victims: [Instant] = []
    private var flows: [Instant] = []
    private var losses: [Instant] = []
    private var connections: [Instant] = []
    private var unjudged: [Instant] = []

    /// Notes a line; returns what is wrong with it.
    mutating func note(_ event: Event, at now: Instant) -> String? {
        switch event {
        // Five of a series, and the one that the first look of a process finds.
        case .repaired, .prevented, .overwritten: note(\.overwrites, 6, "single overwrites", now)
        case .contested: note(\.contests, 1, "a contest", now)
        case .victim: note(\.victims, 10, "single victims", now)
        case .translatedVictim: note(\.flows, 10, "single translated victims", now)
        case .redrawRestored: note(\.losses, 1, "a lost table", now)
        case .redrawn: note(\.connections, 1, "redrawn connections", now)
        case .unjudged: note(\.unjudged, 1, "writes that can't be judged", now)
        default: nil
        }
    }

    private mutating func note(
        _ path: WritableKeyPath<StormLines, [Instant]>, _ most: Int, _ what: String, _ now: Instant
    ) -> String? {
        self[keyPath: path].removeAll { now - $0 >= .seconds(60) }
        self[keyPath: path].append(now)
        let count = self[keyPath: path].count
        return count > most ? "\(count) lines on \(what) within a minute" : nil
    }
}
