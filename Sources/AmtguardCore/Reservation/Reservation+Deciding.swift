// What follows from a reading: nothing, an addition, a removal, or an obstacle.

extension Reservation {
    mutating func act(on found: PortSet, after former: PortSet?, _ prompt: Prompt, at now: Moment) -> [Effect] {
        let missing = required.subtracting(found)
        guard writes else { return onlyObserve(found, after: former, prompt, at: now) }
        return missing.isEmpty ? settle(found, prompt, at: now) : add(missing, to: found, prompt, at: now)
    }

    /// Every required port is in the list. Reports what follows from that, and removes ports that are owned and no
    /// longer required.
    private mutating func settle(_ found: PortSet, _ prompt: Prompt, at now: Moment) -> [Effect] {
        var effects: [Effect] = []
        // A removal that was refused or had no effect waits for the next look with another prompt.
        let mayRemove =
            switch state {
            case .removing: prompt != .readBack
            case .stuck: prompt != .watch && prompt != .readBack
            case .unread, .whole, .adding, .spent, .lacking, .overwritten: true
            }
        switch state {
        case .adding(let before, repairing: true):
            let repair = Repair(
                found: before, restored: found, writer: writers.last, at: now, brokenAfter: brokenAfter)
            repairs += 1
            lastRepair = repair
            if overwrites.take(before, by: writers, at: now) { effects.append(.report(.repaired(repair))) }
            for writer in writers { lastWriters.note(writer, at: now) }
        case .adding(let before, repairing: false):
            effects.append(.report(.reserved(required.subtracting(before), list: found)))
        case .removing(let ports) where found.intersection(ports).isEmpty:
            let released = ports.subtracting(yielding)
            if !released.isEmpty { effects.append(.report(.released(released, list: found))) }
            yielding = PortSet()
        case .removing, .unread, .whole, .stuck, .spent, .lacking, .overwritten:
            break
        }
        writers = []
        return effects + giveBack(from: found, mayRemove)
    }

    private mutating func giveBack(from found: PortSet, _ mayRemove: Bool) -> [Effect] {
        let orphans = ownership.owned.subtracting(required)
        let formerlyStranded = stranded
        stranded = found.subtracting(orphans).fitsOneWrite ? PortSet() : orphans
        // While writes are not judged yet, any of them may have asked for these ports.
        let isDue = !orphans.isEmpty && stranded.isEmpty && awaited.isEmpty
        if isDue, mayRemove {
            state = .removing(orphans)
            ownership.foresee(removing: orphans, from: found)
            return [.remove(orphans)]
        }
        if isDue, case .stuck = state { return [] }
        state = .whole
        // During a contest an obstacle may appear and disappear with each overwrite. It is reported once.
        if contest == nil { toldObstacle = nil }
        let news = stranded.subtracting(formerlyStranded)
        return news.isEmpty ? [] : [.report(.stranded(news, list: found))]
    }

    /// Ports are missing: adds them, if the pace allows it.
    private mutating func add(_ missing: PortSet, to found: PortSet, _ prompt: Prompt, at now: Moment) -> [Effect] {
        if case .stuck = state {
            // This is not an overwrite, so it takes no token. It tries at each audit and each request, but at most once
            // a second.
            guard mayRetry(prompt, at: now.instant) else { return [] }
        } else if !bucket.take(at: now.instant) {
            state = .spent
            overwrites.spend(found, at: now)
            return []
        }
        if !listening { overwrites.lag(found, at: now) }
        switch state {
        case .adding: break  // An addition that got lost where two writes met: still the same repair.
        case .whole, .spent, .removing:
            state = .adding(found: found, repairing: true)
            noteAbsence(prompt, at: now)
        case .unread, .stuck, .lacking, .overwritten: state = .adding(found: found, repairing: false)
        }
        // Writes that are not judged yet may have asked for any port in a list that has changed. If the last of them
        // replaced it, their judgement will show what amtguard owns; otherwise it owns only what it adds now.
        if !awaited.isEmpty { _ = ownership.observe(found) }
        ownership.foresee(adding: missing, to: found)
        return [.add(missing)]
    }

    /// Whether to try again what the kernel refused. Any user can make a request.
    private func mayRetry(_ prompt: Prompt, at now: Instant) -> Bool {
        switch prompt {
        case .audit, .token: true
        case .request: refusedAt.map { now - $0 >= .seconds(1) } ?? true
        case .watch, .readBack: false
        }
    }

    /// Notes whether the watch showed the overwrite at once. If not, the list may have been broken since the last look.
    private mutating func noteAbsence(_ prompt: Prompt, at now: Moment) {
        let isUnseen = (prompt == .audit || prompt == .request) && listening && !isShown
        isLate =
            if let lookedAt, let interval = auditing {
                now.instant - lookedAt > interval + interval / 10 + .seconds(1)
            } else { false }
        brokenAfter = isUnseen || isLate ? wholeAt : nil
    }

    /// `Mode=observe`: reports which program leaves required ports out of the list. As with a repair, the report waits
    /// until the watch has named the writer, a moment after the write.
    private mutating func onlyObserve(
        _ found: PortSet, after former: PortSet?, _ prompt: Prompt, at now: Moment
    ) -> [Effect] {
        let missing = required.subtracting(found)
        toldObstacle = nil
        stranded = PortSet()
        var effects: [Effect] = []
        if case .overwritten(let left) = state, prompt != .watch {
            let overwrite = ObservedOverwrite(
                found: left, missing: required.subtracting(left), writer: writers.last)
            if overwrites.take(left, by: writers, .left, at: now) {
                effects.append(.report(.overwritten(overwrite)))
            }
            state = .lacking
        }
        switch state {
        case _ where missing.isEmpty:
            state = .whole
            writers = []
        case .overwritten: break
        case .whole, .lacking:
            guard prompt == .watch || found != former else { break }
            state = .overwritten(found)
            writers = []
        case .unread, .adding, .removing, .stuck, .spent: state = .lacking
        }
        return effects
    }

    /// The kernel refuses. Reports this once, until the obstacle changes or ends.
    mutating func stick(_ obstacle: Obstacle) -> [Effect] {
        state = .stuck(obstacle)
        guard toldObstacle != obstacle else { return [] }
        toldObstacle = obstacle
        return [.report(.obstructed(obstacle))]
    }

    /// Reports the ports in the list that amtguard no longer owns, each port once, but not during a contest: a reading
    /// during a write shows parts of both lists, and after the next repair amtguard owns the ports again.
    mutating func tellDisowned() -> [Effect] {
        guard contest == nil else { return [] }
        let news = disowned.intersection(required).subtracting(ownership.owned).subtracting(toldDisowned)
        guard !news.isEmpty else { return [] }
        toldDisowned = toldDisowned.union(news)
        return [.report(.disowned(news))]
    }
}
