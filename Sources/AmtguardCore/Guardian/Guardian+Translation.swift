// The guardian's part in translation: which table should be in force, and which reasons to report.

/// What is known of the translation of addresses on this host.
struct TranslationWatch: Hashable, Sendable {
    /// `nil` until the first reading.
    private(set) var seen: Translation?
    /// Until when a table stays although it is no longer needed: a program that reloads its ruleset deletes the former
    /// one first, and may take seconds to load the new one.
    private var restUntil: Instant?
    /// Computed when the claims may have changed, so that a look at the list does not have to.
    var table: RedrawTable?
    var redrawing = Redrawing()
    var victims = VictimWatch<TranslatedVictim>()
    /// Why the translated connections can't be read; `nil` if they can, or if no reading was needed.
    var failure: ReadingFailure?
    var omitted = 0

    private static let rest = Duration.seconds(10)

    mutating func observe(_ seen: Translation, at now: Instant) {
        // A ruleset that keeps changing can't be read for a moment.
        let chains = seen.chains ?? self.seen?.chains
        self.seen = seen
        self.seen?.chains = chains
        if self.seen?.isInUse == true { rest(at: now) }
    }

    /// Keeps a table for a while from now on.
    mutating func rest(at now: Instant) { restUntil = now + Self.rest }

    /// Whether to load a table although it turns connection tracking on.
    func isTableWanted(at now: Instant) -> Bool {
        // If this is unknown, a table costs nothing while the kernel tracks connections anyway.
        seen?.isInUse ?? (seen?.tracks == true) || restUntil.map { now < $0 } ?? false
    }
}

extension Guardian {
    /// The table that keeps translated connections off the required ports; `nil` if AMT shares no address.
    var redrawTable: RedrawTable? { translation.table }

    /// Whether the kernel's table was looked at since the start.
    public var hasSeenRedrawTable: Bool { translation.redrawing.reading != nil }

    /// The table that follows from the claims.
    func makeRedrawTable() -> RedrawTable? {
        let ports = claims.map { $0.toGuard(reservation.required) }
        let tcp = ports.reduce(PortSet()) { $0.union($1.tcp) }
        let udp = ports.reduce(PortSet()) { $0.union($1.udp) }
        guard !claims.addresses.isEmpty, !tcp.isEmpty || !udp.isEmpty else { return nil }
        return RedrawTable(addresses: claims.addresses, tcp: tcp, udp: udp)
    }

    /// | `Redraw=` | translation | connections are tracked already | table |
    /// |---|---|---|---|
    /// | no | any | any | none |
    /// | yes | any | any | in force |
    /// | auto | in use | any | in force |
    /// | auto | not known | yes | in force: it costs nothing then |
    /// | auto | not known | no, or not known | none |
    /// | auto | not in use since 10 s | any | none: a rule with `ct` turns tracking on for all packets of the host |
    func redrawPlan(at now: Instant, showing reading: RedrawReading?) -> Redrawing.Plan {
        // An owned table lives as long as its socket, which the service manager keeps over a restart.
        if isStopping { return reading?.isOwned == false ? .nothing : .untouched }
        if configuration.mode == .observe { return .untouched }
        guard configuration.redraw != .no, isNeeded else { return .nothing }
        // After a restart AMT's addresses are unknown for a moment. The addresses in the previous daemon's table stay.
        let former = reading?.table?.addresses ?? []
        let isAwaited = claims.contains { $0.mayStillTake(from: former) }
        guard var table = redrawTable else { return isAwaited ? .untouched : .nothing }
        if isAwaited { table.addresses.formUnion(former) }
        if configuration.redraw == .yes { return .table(table) }
        guard translation.seen != nil else { return .untouched }
        return translation.isTableWanted(at: now) ? .table(table) : .nothing
    }

    /// The addresses and ports whose translated connections are read, without addresses if none can be cut off; `nil`
    /// if unknown.
    public var flowsOfInterest: RedrawTable? {
        guard let seen = translation.seen else { return nil }
        let addresses = seen.isInUse == false ? [] : claims.addresses
        guard seen.isInUse == false || !addresses.isEmpty || claims.allSatisfy({ $0.doubt == nil }) else { return nil }
        return RedrawTable(
            addresses: addresses, tcp: claims.reduce(PortSet()) { $0.union($1.tcp) },
            udp: claims.reduce(PortSet()) { $0.union($1.udp) })
    }

    /// The victims among translated connections: those on ports that AMT takes, on addresses that it shares.
    func victims(among flows: [TranslatedFlow], at now: Moment) -> [TranslatedVictim] {
        flows.compactMap { flow in
            guard !flow.isAnswered, let address = flow.translated.address.ipv4,
                let claim = claims.first(where: {
                    $0.addresses.contains(address) && $0.takes(flow.translated.port, flow.protocol)
                })
            else { return nil }
            let isOwn = flow.origin.address.ipv4.map { $0.isLoopback || claim.own.contains($0) } ?? false
            return TranslatedVictim(flow, isOwn: isOwn, since: now)
        }
    }

    /// Whether translated connections may get a required port on a shared address, because no table prevents it.
    var isTranslationUnguarded: Bool {
        guard let table = redrawTable, translation.seen?.isInUse == true || configuration.redraw == .yes else {
            return false
        }
        return !translation.redrawing.hasSettled(on: table)
    }

    /// Published ports that receive nothing from outside.
    var publishedOnAMT: [Translation.PublishedPort] {
        guard let published = translation.seen?.published, !published.isEmpty, let table = redrawTable else {
            return []
        }
        return published.filter {
            ($0.protocol == .udp ? table.udp : table.tcp).contains($0.port)
        }
    }

    /// The translated connections that AMT cuts off, the oldest first; `nil` if that is unknown.
    var translatedVictims: [TranslatedVictim]? {
        translation.victims.victims?.sorted { $0.since.instant < $1.since.instant }
    }

    /// Those that have waited for longer than a moment.
    var cutOffFlows: [TranslatedVictim] {
        guard let now = observedAt?.instant else { return [] }
        return (translatedVictims ?? []).filter { now - $0.since.instant >= .seconds(10) }
    }

    var translationReasons: [Reason] {
        var reasons: [Reason] = []
        if isTranslationUnguarded { reasons.append(unguardedReason) }
        if let worst = cutOffFlows.first { reasons.append(.translatedVictims(cutOffFlows.count, worst: worst)) }
        let published = publishedOnAMT
        if let first = published.first {
            let ports = PortSet(merging: published.map { $0.port...$0.port })
            reasons.append(
                Reason(
                    id: "published",
                    says: "a rule in \(first.chain.words) publishes \(ports.brief) on an address that AMT shares; AMT "
                        + "takes the packets that come from outside",
                    advice: "Publish another port, or another address of the host."))
        }
        if redrawTable != nil, let seen = translation.seen, seen.isInUse == nil {
            reasons.append(
                Reason(
                    id: "translation-unknown",
                    says: "it is unknown whether this host translates connections: \(seen.gap ?? "it can't be read")",
                    advice:
                        "If it does, set Redraw=yes in the section [NAT] of amtguard.conf. Restarting amtguardd looks again as "
                        + "root."))
        }
        if let failure = translation.failure {
            reasons.append(
                Reason(
                    id: "translated-unread",
                    says: "the translated connections can't be read: \(failure.says)", advice: failure.advice))
        }
        return reasons
    }

    private var unguardedReason: Reason {
        let chains = translation.seen?.chains ?? []
        let place = chains.first.map { "chain \($0.words)" } ?? "legacy iptables"
        let (because, advice): (String, String) =
            switch (configuration.redraw, translation.redrawing.reading?.state) {
            case _ where configuration.mode == .observe:
                ("Mode=observe never writes", "Set Mode=auto in amtguard.conf, then systemctl reload amtguardd.")
            case (.no, _):
                ("Redraw=no", "Set Redraw=auto in amtguard.conf, then systemctl reload amtguardd.")
            case (_, let state):
                ((state ?? .absent).says("a table ip \(RedrawTable.name)"), advice(state))
            }
        return Reason(
            id: "translation-unguarded",
            says: "connections are translated on an address that AMT shares (\(place)), and may get AMT's ports: "
                + because,
            advice: advice)
    }

    private func advice(_ state: RedrawReading.State?) -> String {
        if case .foreign = state {
            return "See it with nft list table ip \(RedrawTable.name). If no program needs it: nft delete table ip "
                + "\(RedrawTable.name)"
        }
        return state?.advice ?? Self.limitTheRule
    }

    private static let limitTheRule =
        "Until then, let the rule draw other ports: masquerade to :32768-60999 (iptables: --to-ports 32768-60999)."
}

extension Translation.Chain {
    /// `ip nat POSTROUTING`
    public var words: String { "\(family) \(table) \(name)".oneLine }
}
