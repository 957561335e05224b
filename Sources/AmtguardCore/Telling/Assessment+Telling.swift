// How amtguardctl shows a report: in the daemon's words while the report is fresh, otherwise in its own.

extension Assessment {
    /// What `amtguardctl status` prints.
    public var text: [Status.Line] {
        let reported = "\(status.verdict.words) since \(status.since)"
        guard !isDaemons else {
            return status.text(
                verdict: Status.Line("Verdict", reported, status.verdict.tone), showsOwnLook: showsOwnLook)
        }
        let words = verdict.map { $0.words + (showsOwnLook ? ", by the present list" : "") } ?? "unknown"
        return status.text(
            verdict: Status.Line("Verdict", words, verdict?.tone ?? .doubtful), showsOwnLook: showsOwnLook)
            + [Status.Line("", "last report: \(reported)", .faint)]
    }

    /// The lines above the text of the other commands, if the report may no longer be true.
    public var caveat: [Status.Line] {
        guard let reason = voice.reason else { return [] }
        return [Status.Line("Warning", "\(reason.says). Its last report:", .bad)] + Status.Line.advice(of: reason)
    }

    /// What `amtguardctl status --json` prints.
    public var json: JSON {
        isDaemons
            ? status.json
            : status.json.replacing("verdict", with: JSON(verdict?.rawValue)).replacing("since", with: .null)
    }

    /// What `amtguardctl ports --json` prints.
    public var portsJSON: JSON { status.head.followed(by: ["ports": JSON(encoding: status.ports)]) }

    /// What `amtguardctl firmware --json` prints.
    public var firmwareJSON: JSON { status.head.followed(by: ["amt": JSON(encoding: status.amt)]) }

    /// What `amtguardctl victims --json` prints: the sockets, with the processes that have them open now.
    public func victimsJSON(_ victims: [JSON]?, possible: [JSON]) -> JSON {
        status.head.followed(
            by: [
                "victims": victims.map(JSON.array) ?? .null, "victimCount": JSON(status.victimCount.map(Int64.init)),
                "possibleVictims": .array(possible), "translatedVictims": JSON(encoding: status.nat?.victims),
                "translatedVictimCount": JSON(status.nat?.victimCount.map(Int64.init)),
                "published": JSON(encoding: status.nat?.published),
            ])
    }

    /// What `amtguardctl nat --json` prints.
    public var natJSON: JSON {
        status.head.followed(
            by: [
                "nat": JSON(encoding: status.nat), "ruleset": JSON(status.nat?.table?.ruleset.text),
            ])
    }
}
