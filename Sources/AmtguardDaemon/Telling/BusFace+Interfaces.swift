import AmtguardCore
import AmtguardLinux
import AmtguardSystemd

// The interface of org.amtguard1. org.amtguard1(5) describes the same.

extension BusFace {
    /// A property: its value for a status.
    struct Fact {
        let name: StaticString
        let signature: StaticString
        let value: (Status) -> BusValue
    }

    static var facts: [Fact] {
        [
            Fact(name: "Verdict", signature: "s") { .string($0.verdict.text) },
            Fact(name: "AMTState", signature: "s") { .string($0.amt.state) },
            Fact(name: "AMTVersion", signature: "s") { .string(($0.amt.version ?? "").oneLine) },
            Fact(name: "AMTAddress", signature: "s") { .string($0.amt.address) },
            Fact(name: "RequiredPorts", signature: "s") { .string($0.ports.required) },
            Fact(name: "ReservedPorts", signature: "s") { .string($0.ports.reserved ?? "") },
            Fact(name: "OwnedPorts", signature: "s") { .string($0.ports.owned) },
            Fact(name: "Repairs", signature: "t") { .uint64($0.repairs.count) },
            Fact(name: "LastRepairUSec", signature: "t") { .uint64(UInt64(clamping: $0.repairs.last?.bootUSec ?? 0)) },
            Fact(name: "Prevented", signature: "t") { .uint64($0.prevented?.count ?? 0) },
            Fact(name: "Contested", signature: "b") { .bool($0.contested) },
            Fact(name: "Holds", signature: "as") { .stringArray($0.holds.map(\.words.oneLine)) },
            Fact(name: "Redrawn", signature: "t") { .uint64($0.nat?.redrawn ?? 0) },
            Fact(name: "Refused", signature: "t") { .uint64($0.nat?.refused ?? 0) },
            // systemd writes an unknown number in this way.
            Fact(name: "Victims", signature: "t") {
                .uint64($0.victimCount.map(UInt64.init(clamping:)) ?? .max)
            },
        ]
    }

    var manager: BusInterface {
        let daemon = daemon
        return BusInterface(
            "org.amtguard1.Manager",
            methods: [
                .init("Describe", returns: ["status": "s"]) { [unowned daemon] call in
                    call.reply([.string(daemon.describe())])
                },
                .init("Check") { [unowned self] call in check(call) },
                .init("Reload") { [unowned self] call in reload(call) },
                .init("RecordProbe", takes: ["result": "s"]) { [unowned self] call in recordProbe(call) },
            ],
            properties: [
                .init("Version", "s", .const, get: { .string(amtguardVersion) })
            ]
                + Self.facts.map { fact in
                    .init(
                        fact.name, fact.signature, .emitsChange,
                        get: { [unowned daemon] in fact.value(daemon.publisher.status) })
                },
            signals: [
                .init("Repaired", carries: ["found": "s", "restored": "s", "writer_pid": "u", "writer_command": "s"]),
                .init("Prevented", carries: ["asked": "s", "kept": "s", "writer_pid": "u", "writer_command": "s"]),
                .init("ContestedChanged", carries: ["contested": "b"]),
                .init("VerdictChanged", carries: ["verdict": "s", "reason": "s"]),
            ])
    }

    private func check(_ call: BusCall) {
        daemon.check()
        call.reply()
    }

    /// Refuses an invalid text first. Asks polkit only for a valid result whether the caller may record it.
    private func recordProbe(_ call: BusCall) {
        guard let bus else { return call.refuse() }
        let invalid = "org.freedesktop.DBus.Error.InvalidArgs"
        // The gate cuts a text that is far too long, so the text can't be read.
        guard let text = try? call.readString() else {
            return call.fail(invalid, "Not a result of a probe. Allowed: at most \(ProbeResult.sizeLimit) bytes")
        }
        do throws(ProbeResult.Malformed) {
            let result = try ProbeResult(parsing: Array(text.utf8))
            bus.authorize(call, action: "org.amtguard1.record-probe") { [unowned daemon] isAllowed in
                guard isAllowed else { return call.refuse() }
                daemon.record(result)
                call.reply()
            }
        } catch {
            call.fail(invalid, "Not a result of a probe: \(error)".oneLine)
        }
    }

    private func reload(_ call: BusCall) {
        guard let bus else { return call.refuse() }
        bus.authorize(call, action: "org.amtguard1.reload") { [unowned daemon] isAllowed in
            guard isAllowed else { return call.refuse() }
            let refused = daemon.reload().filter { $0.severity == .refused }
            guard let first = refused.first else { return call.reply() }
            call.fail("org.amtguard1.Error.ConfigurationRefused", first.description.oneLine)
        }
    }
}
