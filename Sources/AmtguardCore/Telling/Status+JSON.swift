// The bytes of `Describe()`, of the state file and of `amtguardctl status --json`. Every key is always there.

extension Status {
    /// The status in the order of `docs/status.schema.json`.
    public var json: JSON { json(verdict: .string(verdict.rawValue), since: .string(since)) }

    /// The same JSON with another verdict; null if the report does not decide it.
    func json(verdict: JSON, since: JSON) -> JSON {
        [
            "schema": .number(Int64(schema)),
            "version": .string(version),
            "observed": observed.json,
            "verdict": verdict,
            "mode": .string(mode),
            "reasons": .array(reasons.map(\.json)),
            "since": since,
            "amt": amt.json,
            "ports": ports.json,
            "watch": .string(watch.rawValue),
            "repairs": ["count": .number(Int64(clamping: repairs.count)), "last": repairs.last?.json ?? .null],
            "contested": .bool(contested),
            "overwrites": overwrites?.json ?? .null,
            "holds": .array(holds.map(\.json)),
            "victims": victims.map { .array($0.map(\.json)) } ?? .null,
            "victimCount": JSON(victimCount.map(Int64.init)),
            "probe": probe?.json ?? .null,
        ]
    }

    /// The keys with which the JSON of `amtguardctl ports`, `victims` and `firmware` begins.
    var head: JSON {
        [
            "schema": .number(Int64(schema)), "version": .string(version), "observed": observed.json,
            "reasons": .array(reasons.map(\.json)),
        ]
    }
}

extension Status.Observed {
    fileprivate var json: JSON {
        [
            "at": .string(at), "bootUSec": .number(bootUSec), "bootId": .string(bootId),
            "namespace": JSON(namespace), "auditUSec": JSON(auditUSec),
        ]
    }
}

extension Reason {
    var json: JSON { ["id": .string(id), "says": .string(says), "advice": JSON(advice)] }
}

extension Status.HeldPort {
    fileprivate var json: JSON {
        [
            "address": .string(address), "port": .number(Int64(port)), "protocol": .string(`protocol`),
            "state": .string(state), "says": JSON(says),
        ]
    }
}

extension Status.LastRepair {
    fileprivate var json: JSON {
        [
            "at": .string(at), "bootUSec": .number(bootUSec), "found": .string(found), "restored": .string(restored),
            "writer": writer?.json ?? .null, "brokenAfter": JSON(brokenAfter),
            "brokenAtMostUSec": JSON(brokenAtMostUSec),
        ]
    }
}

extension Status.Overwrites {
    fileprivate var json: JSON {
        [
            "since": .string(since), "count": .number(Int64(count)), "answer": .string(answer),
            "writers": .array(
                writers.map {
                    [
                        "pid": .number(Int64($0.pid)), "command": JSON($0.command), "unit": JSON($0.unit),
                        "count": .number(Int64($0.count)),
                    ]
                }), "otherWriters": .number(Int64(otherWriters)),
        ]
    }
}

extension Writer {
    fileprivate var json: JSON { ["pid": .number(Int64(pid)), "command": JSON(command), "unit": JSON(unit)] }
}
