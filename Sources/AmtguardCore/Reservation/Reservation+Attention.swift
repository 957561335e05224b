// When to look, and when to leave the watch alone; and what the watch does not show.

extension Reservation {
    /// Says what there is to tell of a contest, whether to listen to the watch, and when to look without it.
    ///
    /// While the bucket is empty nobody listens, and one look comes with each token. The same where somebody writes the
    /// list all day and leaves it whole: amtguard does not wake for each of these writes.
    mutating func arrange(at now: Instant) -> [Effect] {
        var effects = overwrites.tell(fullTime: bucket.fullTime, at: now).map(Effect.report)
        let isPaced = contest != nil && writes && obstacle == nil && bucket.nextToken > now
        let isAttentive = attention.nextToken <= now
        if listening != (!isPaced && isAttentive) {
            listening.toggle()
            effects.append(.watch(listening))
        }
        let isAsking = if case .overwritten = state { true } else { false }
        let appointments = [
            isAsking ? now : nil, isPaced ? bucket.nextToken : nil, isAttentive ? nil : attention.nextToken,
            suspicion?.until, overwrites.nextTime(fullTime: bucket.fullTime, after: now),
        ]
        if let next = appointments.compactMap({ $0 }).min() { effects.append(.look(at: next)) }
        return effects
    }

    /// How long the watch has to show a write that a look has found: the kernel shows it after it was made, and the
    /// writer may have lost its processor in between.
    static let grace = Duration.milliseconds(250)

    /// The list is not what it was, and the watch has shown nothing: another procfs mount, if it does not say so in a
    /// moment. Audits come each second for ten minutes then, as where one such write came from, more may come.
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
