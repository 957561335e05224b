import AmtguardCore

/// What `amtguardctl metrics` prints.
///
/// Times are timestamps, never ages, so that a file that is no longer written shows its age. Counters start with a
/// sample of 0, so that the first repair is an increase. Unknown values are left out. No label is a process, an address
/// or a writer, because each value of a label creates a series that is stored for ever.
struct Metrics {
    let families: [MetricFamily]

    /// Without a current report, only `amtguard_up 0` is printed: the last values would say "protected" for ever.
    init(_ outcome: Inquiry.Outcome) {
        guard case .report(let assessment) = outcome, assessment.voice == .answers else {
            families = [Self.up(false)]
            return
        }
        let status = assessment.status
        families =
            [Self.up(true)] + Self.guarding(status, assessment.verdict?.rawValue) + Self.amt(status.amt)
            + Self.list(status) + Self.sockets(status) + (status.nat.map(Self.translation) ?? [])
            + (status.probe.map(Self.probe) ?? [])
    }

    var text: String { families.map(\.description).joined() }

    private static func up(_ isUp: Bool) -> MetricFamily {
        MetricFamily(
            gauge: "amtguard_up", isUp ? 1 : 0, "Whether amtguardd runs, answers and has looked at the list lately.")
    }
}

// MARK: - The groups

extension Metrics {
    /// The verdict and the daemon itself.
    private static func guarding(_ status: Status, _ verdict: String?) -> [MetricFamily] {
        // Several reasons may have one id, but a series may appear only once.
        var ids: [String] = []
        for reason in status.reasons where !ids.contains(reason.id) { ids.append(reason.id) }
        return [
            MetricFamily(
                gauge: "amtguard_build_info", [.init("version", status.version, 1)], "Version of amtguardd, always 1."),
            MetricFamily(
                gauge: "amtguard_verdict",
                MetricFamily.states("verdict", Verdict.allCases.map(\.rawValue), present: verdict),
                "Whether this is the verdict."),
            MetricFamily(
                gauge: "amtguard_verdict_since_timestamp_seconds", seconds(status.since),
                "When the present verdict began."),
            MetricFamily(
                gauge: "amtguard_reason", ids.map { .init("reason", $0, 1) },
                "A reason for the verdict, always 1; absent if it does not apply."),
            MetricFamily(
                gauge: "amtguard_mode",
                MetricFamily.states("mode", Configuration.Mode.allCases.map(\.rawValue), present: status.mode),
                "Whether this is Mode= in force."),
            MetricFamily(
                gauge: "amtguard_observed_timestamp_seconds", seconds(status.observed.at),
                "When amtguardd looked at the list last."),
            MetricFamily(
                gauge: "amtguard_audit_interval_seconds", status.observed.auditUSec.map { Double($0) / 1_000_000 },
                "How often amtguardd looks at the list without an event; absent if nothing is required."),
            MetricFamily(
                gauge: "amtguard_watch",
                MetricFamily.states("kind", Watch.Kind.allCases.map(\.rawValue), present: status.watch.text),
                "Whether this is how the list is watched."),
        ]
    }

    /// AMT and its firmware.
    private static func amt(_ amt: Status.AMT) -> [MetricFamily] {
        let addresses = (amt.interfaces ?? []).flatMap { interface in
            MetricFamily.states(
                "address", AMTAddress.words, present: interface.address,
                beside: [.init(name: "medium", value: interface.medium.oneLine)])
        }
        return [
            MetricFamily(
                gauge: "amtguard_amt_info",
                [
                    MetricFamily.Sample(
                        labels: [
                            .init(name: "state", value: amt.state.oneLine),
                            .init(name: "version", value: amt.version?.oneLine ?? ""),
                            .init(name: "address", value: amt.address),
                        ], value: 1)
                ], "State of Intel AMT, version of its firmware, and whether it shares the host's address, always 1."),
            MetricFamily(
                gauge: "amtguard_amt_state", MetricFamily.states("state", AMTState.words, present: amt.state),
                "Whether this is the state of Intel AMT."),
            MetricFamily(
                gauge: "amtguard_amt_address", addresses,
                "Whether the interface of Intel AMT shares the host's address, has a separate one or none."),
            MetricFamily(
                gauge: "amtguard_firmware_asked_timestamp_seconds", amt.firmware.flatMap { seconds($0.at) },
                "When the firmware was asked last; absent until then."),
            MetricFamily(
                gauge: "amtguard_firmware_answered",
                amt.firmware.map { $0.outcome == FirmwareAnswer.Outcome.answered.word ? 1 : 0 },
                "Whether the firmware answered then."),
        ]
    }

    /// The list and what other programs did to it.
    private static func list(_ status: Status) -> [MetricFamily] {
        let ports = status.ports
        let sets: [(name: String, ports: String?)] = [
            ("required", ports.required), ("reserved", ports.reserved), ("owned", ports.owned),
            ("unowned", ports.unowned), ("exposed", ports.exposed),
        ]
        return [
            MetricFamily(
                gauge: "amtguard_ports",
                sets.compactMap { set in
                    set.ports.flatMap(PortSet.init(told:)).map { .init("set", set.name, Double($0.count)) }
                },
                "Number of ports; reserved are all that the list holds, exposed those that the kernel may choose."),
            MetricFamily(
                counter: "amtguard_repairs_total", Double(status.repairs.count),
                "Repairs of the list since amtguardd started."),
            MetricFamily(
                gauge: "amtguard_last_repair_timestamp_seconds", status.repairs.last.flatMap { seconds($0.at) },
                "When the list was repaired last; absent if never."),
            MetricFamily(
                counter: "amtguard_prevented_writes_total", status.prevented.map { Double($0.count) },
                "Writes since amtguardd started that would have taken required ports away, and did not."),
            MetricFamily(
                gauge: "amtguard_last_prevented_write_timestamp_seconds",
                status.prevented?.last.flatMap { seconds($0.at) },
                "When such a write was prevented last; absent if never."),
            MetricFamily(
                gauge: "amtguard_contested", status.contested ? 1 : 0,
                "Whether another program overwrites the list repeatedly."),
        ]
    }

    /// Holds and victims.
    private static func sockets(_ status: Status) -> [MetricFamily] {
        [
            MetricFamily(
                gauge: "amtguard_holds",
                ["held", "refused"].map { state in
                    .init("state", state, Double(status.holds.count { $0.state == state }))
                }, "Number of placeholder sockets on required ports of shared addresses."),
            MetricFamily(
                gauge: "amtguard_victims", status.victimCount.map(Double.init),
                "Sockets that Intel AMT cuts off; absent if that is not known."),
        ]
    }

    /// The translation of addresses.
    private static func translation(_ nat: Status.NAT) -> [MetricFamily] {
        [
            MetricFamily(
                gauge: "amtguard_translation", ["yes": 1, "no": 0][nat.translation],
                "Whether this host translates source addresses; absent if that is not known."),
            MetricFamily(
                gauge: "amtguard_redraw_table", nat.inForce.map { $0 ? 1 : 0 },
                "Whether the table is in force that keeps translated connections off the required ports."),
            MetricFamily(
                counter: "amtguard_redrawn_connections_total", Double(nat.redrawn),
                "Translated connections since amtguardd started that drew another port instead of a required one."),
            MetricFamily(
                counter: "amtguard_refused_connections_total", Double(nat.refused),
                "Translated connections since amtguardd started that were reset, because the next attempt would get "
                    + "the same port."),
            MetricFamily(
                gauge: "amtguard_translated_victims", nat.victimCount.map(Double.init),
                "Translated connections that Intel AMT cuts off; absent if that is not known."),
            MetricFamily(
                gauge: "amtguard_published_ports", Double(nat.published.count),
                "Ports of Intel AMT that a rule of this host publishes; nothing arrives there from outside."),
        ]
    }

    /// The last probe.
    private static func probe(_ probe: Status.Probe) -> [MetricFamily] {
        [
            MetricFamily(
                gauge: "amtguard_probe_timestamp_seconds", seconds(probe.at),
                "When the last probe was made; absent if never."),
            MetricFamily(
                gauge: "amtguard_probe_verdict",
                MetricFamily.states("verdict", ProbeVerdict.allCases.map(\.rawValue), present: probe.verdict.text),
                "Whether this is the result of the last probe."),
        ]
    }

    /// A time of a report; `nil` if the text is no time.
    private static func seconds(_ time: String) -> Double? { secondsSinceEpoch(time).map(Double.init) }
}

extension MetricFamily.Sample {
    /// A sample with one label.
    fileprivate init(_ label: String, _ text: String, _ value: Double) {
        self.init(labels: [MetricFamily.Label(name: label, value: text.oneLine)], value: value)
    }
}
