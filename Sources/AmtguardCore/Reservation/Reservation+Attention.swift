// When to look, when to ignore the watch, and how to recognize a write that the watch does not show.

extension Reservation {
    /// Decides what to report of a contest, whether to listen to the watch, and when to look without it.
    ///
    /// While the bucket is empty, amtguard ignores the watch and looks once for each token. It does the same if a
    /// program keeps writing the list without removing required ports, so as not to wake for each of these writes.
    mutating func arrange(at now: Instant) -> [Effect] {
        var effects = overwrites.tell(fullTime: bucket.fullTime, at: now).map(Effect.report)
        let isPaced = contest != nil && writes && obstacle == nil && bucket.nextToken > now
        let isAttentive = attention.nextToken <= now
        let isWaiting = !awaited.isEmpty
        if listening != (!isPaced && isAttentive && !isWaiting && !isUnsettled) {
            listening.toggle()
            effects.append(.watch(listening))
        }
        let isAsking = if case .overwritten = state { true } else { false }
        let appointments = [
            isAsking ? now : nil, isPaced ? bucket.nextToken : nil, isAttentive ? nil : attention.nextToken,
            suspicion?.until, isWaiting ? now + Self.pause : nil,
            isUnsettled ? now + Self.retryPause : nil, overwrites.nextTime(fullTime: bucket.fullTime, after: now),
        ]
        if let next = appointments.compactMap({ $0 }).min() { effects.append(.look(at: next)) }
        return effects
    }

    /// How long amtguard waits until the watch shows a write that a look has found. The kernel reports a write after it
    /// was made, and the writer may be preempted in between.
    static let grace = Duration.milliseconds(250)
    /// The time between two looks for the effect of a write that was shown before it was made.
    static let pause = Duration.milliseconds(10)
    /// The pause before a removal is tried again that a write of another program has prevented.
    static let retryPause = Duration.milliseconds(100)

    /// Handles a list that has changed without an event of the watch. If no event follows for a moment, the write went
    /// through another mount of procfs. More such writes may follow, so audits then run each second for ten minutes.
    mutating func suspect(_ found: PortSet, _ prompt: Prompt, at now: Moment) -> [Effect] {
        if prompt == .watch { suspicion = nil }
        if let unseen = suspicion, unseen.until <= now.instant {
            suspicion = nil
            defer { unseenUntil = now.instant + .seconds(600) }
            return unseenUntil == nil ? [.report(.unseenWrite(found: unseen.found))] : []
        }
        guard prompt == .audit || prompt == .request, suspicion == nil, !required.isEmpty, watched, listening, !isShown,
            state == .whole, let reserved, found != reserved
        else { return [] }
        suspicion = (found, now.instant + Self.grace)
        return []
    }
}
