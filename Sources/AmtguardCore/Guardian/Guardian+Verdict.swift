/// The whole state in one word.
public enum Verdict: String, Hashable, Sendable, CaseIterable {
    /// Every required port is reserved.
    case protected
    /// AMT is impossible here: nothing is required.
    case notNeeded = "not-needed"
    /// The kernel can't choose a required port now, but something needs attention.
    case degraded
    /// The kernel may choose a required port.
    case exposed
}

// The present state in one word, and why.

extension Guardian {
    /// Required ports that are not reserved, as the last reading shows; `nil` if the list can't be read.
    var missing: PortSet? {
        reservation.reserved.map(reservation.required.subtracting)
    }

    /// Sockets that are known to be cut off for longer than a moment. A program that opens and closes sockets at each
    /// look must not cause a report of the verdict each time.
    private var cutOff: [Victim] {
        guard let now = observedAt?.instant else { return [] }
        return (victims.victims ?? []).filter { now - $0.since.instant >= .seconds(10) }
    }

    /// The ports to add to a list that holds `found`; none if amtguard does not write.
    public func missing(from found: PortSet) -> PortSet {
        reservation.writes ? reservation.required.subtracting(found) : PortSet()
    }

    var reach: PortSet { choice?.reach ?? PortSet(1...65535) }

    var verdict: Verdict {
        guard isNeeded else { return refused.isEmpty ? .notNeeded : .degraded }
        // During a contest without immediate repairs, each reading shows another list, and a list that can't be read
        // shows nothing. In both cases the verdict depends on which required ports the kernel may choose in that time.
        let contest = reservation.contest
        let isSettled = contest?.answer.keepsUp ?? true
        let doubtful = (isSettled ? missing : nil) ?? reservation.required
        if !doubtful.intersection(reach).isEmpty { return .exposed }
        let isWell =
            (contest.map { $0.answer == .prevented } ?? true) && refused.isEmpty && runtimeProblem == nil
            && watch.kind != .none && cutOff.isEmpty
            && !isTranslationUnguarded && cutOffFlows.isEmpty && publishedOnAMT.isEmpty
        return doubtful.isEmpty && isWell ? .protected : .degraded
    }

    /// The reasons for the verdict, the most severe first, then what could not be found out.
    var reasons: [Reason] {
        guard isNeeded else {
            return refused.map(Reason.refused) + detection.unreadReasons + detection.controllerReasons
                + warned.map(Reason.passedOver)
        }
        var reasons: [Reason] = []
        if let obstacle = reservation.obstacle { reasons.append(.obstacle(obstacle)) }
        if let contest = reservation.contest { reasons.append(.contested(contest, required: reservation.required)) }
        if configuration.mode == .observe, let missing, !missing.isEmpty { reasons.append(.unreserved(missing)) }
        if let worst = cutOff.first { reasons.append(.victims(cutOff.count, worst: worst)) }
        reasons += translationReasons
        reasons += refused.map(Reason.refused)
        if let runtimeProblem {
            reasons.append(
                Reason(
                    id: "runtime-directory", says: runtimeProblem,
                    advice: "Make /run/amtguard writable for amtguardd: otherwise it can't record which ports it owns, "
                        + "and does not remove them after a restart. If the directory is missing, restarting amtguardd "
                        + "creates it."))
        }
        if let reason = watch.reason { reasons.append(reason) }
        if let until = reservation.unseenUntil, let observedAt {
            reasons.append(.unseenWrite(until: until, at: observedAt.instant))
        }
        if !reservation.stranded.isEmpty { reasons.append(.stranded(reservation.stranded)) }
        if choice == nil { reasons.append(.unknownReach(choiceFailure)) }
        reasons += holdReasons
        if doubtfulSockets > 0 { reasons.append(.unknownVictims(doubtfulSockets)) }
        if omittedSockets > 0 { reasons.append(.omittedSockets(omittedSockets)) }
        return reasons + detectionReasons + sharing + warned.map(Reason.passedOver)
    }

    /// Why AMT's state is unknown. With Mode=always the administrator has already decided what to do then.
    private var detectionReasons: [Reason] {
        guard configuration.mode == .always else { return detection.reasons }
        return detection.reasons.map { reason in
            reason.id == Reason.amtUnknown ? Reason(id: reason.id, says: reason.says) : reason
        }
    }

    /// Required ports that are reserved and that amtguard does not own: it never removes them.
    var unowned: PortSet {
        guard reservation.writes, let reserved = reservation.reserved else { return PortSet() }
        return reservation.required.intersection(reserved).subtracting(reservation.ownership.owned)
    }

    /// The reasons that concern programs which share the list, before they overwrite each other.
    private var sharing: [Reason] {
        guard reservation.writes, let reserved = reservation.reserved else { return [] }
        var reasons: [Reason] = []
        let others = reserved.subtracting(reservation.required).subtracting(reservation.ownership.owned)
        let added = reservation.required.intersection(reservation.ownership.owned)
        if !others.isEmpty, !added.isEmpty, reservation.contest == nil {
            reasons.append(.sharedList(others, whole: reserved.union(reservation.required)))
        }
        if !unowned.isEmpty { reasons.append(.unowned(unowned)) }
        return reasons
    }
}
