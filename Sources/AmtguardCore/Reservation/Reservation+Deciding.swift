// What a reading means: nothing, an addition, a removal, or that the kernel is in the way.

extension Reservation {
    mutating func act(on found: PortSet, _ prompt: Prompt, at now: Moment) -> [Effect] {
        let missing = required.subtracting(found)
        guard writes else {
            state = missing.isEmpty ? .whole : .unread
            toldObstacle = nil
            contest = nil
            return listen()
        }
        return (missing.isEmpty ? settle(found, prompt, at: now) : add(missing, to: found, prompt, at: now))
            + keepPace(at: now)
    }

    /// Every required port is there. Says what that means, and gives back what is owned and no longer required.
    private mutating func settle(_ found: PortSet, _ prompt: Prompt, at now: Moment) -> [Effect] {
        var effects: [Effect] = []
        // A removal that was refused or had no effect waits for the next look that is not of its own making.
        let mayRemove =
            switch state {
            case .removing: prompt != .readBack
            case .stuck: prompt != .watch
            case .unread, .whole, .adding, .spent: true
            }
        switch state {
        case .adding(let before, repairing: true):
            let repair = Repair(found: before, restored: found, writer: writer, at: now)
            repairs += 1
            lastRepair = repair
            contest?.repairs += 1
            contest?.found = before
            if let writer { contest?.writer = writer }
            if contest == nil { effects.append(.report(.repaired(repair))) }
        case .adding(let before, repairing: false):
            effects.append(.report(.reserved(required.subtracting(before), list: found)))
        case .removing(let ports) where found.intersection(ports).isEmpty:
            effects.append(.report(.released(ports, list: found)))
        case .removing, .unread, .whole, .stuck, .spent:
            break
        }
        writer = nil
        let orphans = ownership.owned.subtracting(required)
        if orphans.isEmpty {
            state = .whole
            toldObstacle = nil
        } else if mayRemove {
            state = .removing(orphans)
            effects.append(.remove(orphans))
        } else if case .removing = state {
            state = .whole
        }
        return effects
    }

    /// Ports are missing: adds them, if the pace allows it.
    private mutating func add(_ missing: PortSet, to found: PortSet, _ prompt: Prompt, at now: Moment) -> [Effect] {
        if case .stuck = state, prompt == .watch { return [] }
        guard bucket.take(at: now.instant) else { return contend(found, at: now) }
        switch state {
        case .adding: break  // An addition that got lost where two writes met: still the same repair.
        case .whole, .spent, .removing: state = .adding(found: found, repairing: true)
        case .unread, .stuck: state = .adding(found: found, repairing: false)
        }
        beforeAdding = ownership
        ownership.foresee(adding: missing, to: found)
        return [.add(missing)]
    }

    /// The kernel is in the way. Said once, until it is another obstacle or none.
    mutating func stick(_ obstacle: Obstacle) -> [Effect] {
        contest = nil  // What is in the way now is the news; nothing is repaired any more.
        var effects = listen()
        state = .stuck(obstacle)
        if toldObstacle != obstacle {
            toldObstacle = obstacle
            effects.append(.report(.obstructed(obstacle)))
        }
        return effects
    }

    /// Takes the watch back, if it was left alone.
    mutating func listen() -> [Effect] {
        guard !listening else { return [] }
        listening = true
        return [.watch(true)]
    }
}
