// When another program keeps writing the list, and when it writes where nobody sees it.

extension Reservation {
    /// The bucket is empty and ports are missing. Says so, once a window.
    mutating func contend(_ found: PortSet, at now: Moment) -> [Effect] {
        state = .spent
        guard contest == nil else {
            contest?.found = found
            if let writer { contest?.writer = writer }
            return []
        }
        let last = writer ?? lastRepair?.writer  // The one whose overwrites emptied the bucket.
        let begun = Contest(since: now, found: found, writer: last, repairs: 0, told: now.instant)
        contest = begun
        return [.report(.contested(begun))]
    }

    /// While contested: nobody listens to the watch with an empty bucket, and one look comes with each token.
    mutating func keepPace(at now: Moment) -> [Effect] {
        guard var contest else { return [] }
        var effects: [Effect] = []
        if bucket.fullTime <= now.instant, state == .whole {
            self.contest = nil
            effects.append(.report(.calmed(contest)))
        } else if now.instant - contest.told >= Contest.window {
            effects.append(.report(.contested(contest)))
            contest.told = now.instant
            contest.repairs = 0
            self.contest = contest
        }
        if case .adding = state { return effects }
        let tokenLeft = bucket.nextToken <= now.instant
        if listening != tokenLeft {
            listening = tokenLeft
            effects.append(.watch(tokenLeft))
        }
        if self.contest != nil { effects.append(.look(at: tokenLeft ? bucket.fullTime : bucket.nextToken)) }
        return effects
    }

    /// Somebody writes the list all day and leaves it whole: he is not followed at each write. With an empty bucket the
    /// watch is left alone, and one look comes with each token.
    mutating func keepAttention(_ prompt: Prompt, _ effects: [Effect], at now: Moment) -> [Effect] {
        guard contest == nil, !effects.contains(where: \.isChange) else { return [] }
        if prompt == .watch { _ = attention.take(at: now.instant) }
        let next = attention.nextToken
        guard next > now.instant else { return listen() }
        var effects: [Effect] = [.look(at: next)]
        if listening {
            listening = false
            effects.append(.watch(false))
        }
        return effects
    }

    /// The list is not what it was, and nobody was shown to write it: another procfs mount, if the watch does not say
    /// so in a moment, as the kernel does a little later than it writes. Audits come each second for ten minutes then,
    /// as where one such write came from, more may come.
    mutating func suspect(_ found: PortSet, _ prompt: Prompt, at now: Moment) -> [Effect] {
        switch prompt {
        case .watch: suspicion = nil
        case .audit, .request:
            guard !required.isEmpty, watched, listening, state == .whole, let reserved, found != reserved else {
                return []
            }
            suspicion = found
            return [.look(at: now.instant + .milliseconds(10))]
        case .token:
            guard let unseen = suspicion else { return [] }
            suspicion = nil
            defer { unseenUntil = now.instant + .seconds(600) }
            return unseenUntil == nil ? [.report(.unseenWrite(found: unseen))] : []
        case .readBack: break
        }
        return []
    }
}
