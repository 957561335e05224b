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

    /// The list is not what it was, and nobody was shown to write it: another procfs mount. Audits come each second
    /// for ten minutes then, as where one such write came from, more may come.
    mutating func noteUnseenWrite(_ found: PortSet, _ prompt: Prompt, at now: Moment) -> [Effect] {
        guard prompt == .audit || prompt == .request, watched, listening, state == .whole, let reserved,
            found != reserved
        else { return [] }
        defer { unseenUntil = now.instant + .seconds(600) }
        return unseenUntil == nil ? [.report(.unseenWrite(found: found))] : []
    }
}
