// What amtguard reports.

extension Guardian {
    /// The problems of the configuration, as of the last reading.
    public var configurationProblems: [ConfigurationProblem] { refused + warned }

    /// The whole report, as of the last observations.
    public var status: Status {
        let at = observedAt ?? Moment(Instant(sinceBoot: .zero), wallClock: 0)
        let reserved = reservation.reserved
        // If AMT is impossible, there are no victims.
        let victims = isNeeded ? self.victims.victims : []
        return Status(
            version: amtguardVersion,
            observed: Status.Observed(
                at: at.iso8601, bootUSec: at.instant.sinceBoot.microseconds, bootId: scope.boot,
                namespace: scope.namespace, auditUSec: reservation.auditInterval?.microseconds),
            verdict: Told(judged?.verdict ?? verdict), mode: configuration.mode.rawValue, reasons: reasons,
            since: (judged?.since ?? at).iso8601,
            amt: Status.AMT(detection),
            ports: Status.Ports(
                required: reservation.required, reserved: reserved, owned: reservation.ownership.owned,
                unowned: unowned,
                choice: choice,
                takers: takers, holds: Array(holding.reading.held.keys)),
            watch: Told(watch.kind), watchShortfall: watch.shortfall?.oneLine,
            repairs: Status.Repairs(
                count: reservation.repairs, last: reservation.lastRepair.map(Status.LastRepair.init)),
            prevented: Status.Prevented(reservation),
            lastWriters: reservation.lastWriters.entries.map {
                Status.LastWriter(at: $0.at.iso8601, writer: $0.writer)
            },
            contested: reservation.contest != nil,
            overwrites: reservation.contest.map(Status.Overwrites.init),
            holds: holding.states.map { Status.HeldPort($0.hold, $0.state) },
            victims: victims?.prefix(Status.mostVictims).map(Status.Socket.init),
            victimCount: victims?.count, nat: Status.NAT(self),
            probe: probe)
    }
}

extension Status.Prevented {
    fileprivate init(_ reservation: Reservation) {
        count = reservation.prevented
        last = reservation.lastPrevention.map {
            Last(
                at: $0.at.iso8601, bootUSec: $0.at.instant.sinceBoot.microseconds, asked: $0.asked.description,
                kept: $0.kept.description, writer: $0.writer)
        }
    }
}

extension Status.Overwrites {
    fileprivate init(_ contest: Contest) {
        since = contest.since.iso8601
        count = contest.count
        answer = contest.answer.rawValue
        writers = contest.writers.entries.map {
            Writer(pid: $0.writer.pid, command: $0.writer.command, unit: $0.writer.unit, count: $0.count)
        }
        otherWriters = contest.writers.others
    }
}
