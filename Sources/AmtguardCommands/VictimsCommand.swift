import AmtguardCore
import ArgumentParser
import Glibc

/// `amtguardctl victims`
struct VictimsCommand: ReportCommand {
    static let configuration = CommandConfiguration(
        commandName: "victims", abstract: "Show the sockets that AMT cuts off; as root, with their processes.",
        discussion: """
            A victim uses one of AMT's ports on an address that AMT shares. It can be a socket of this host, or a \
            connection that this host translates. AMT takes the packets that come for it from outside, and the program \
            waits for packets that never arrive. Let the program use another port. The command also shows rules that \
            publish one of AMT's ports: nothing from outside reaches such a port.

            Exit status: 0 if there is no victim and no such rule, 1 if there is one, 3 if that is not known, or \
            amtguardd does not run, does not answer or reported too long ago; 64 wrong usage.
            """)

    @OptionGroup var common: CommonOptions

    @Flag(help: "Print JSON, as /usr/share/amtguard/victims.schema.json describes it.")
    var json = false

    static func report(_ outcome: Inquiry.Outcome) -> Report {
        switch outcome {
        case .report(let assessment): report(assessment)
        case .absence(let absence): report(absence)
        }
    }

    private static func report(_ assessment: Assessment) -> Report {
        let status = assessment.status
        let victims = status.victims.map(NamedSocket.naming)
        let possible = NamedSocket.naming(status.ports.possibleVictims)
        let flows = status.nat?.victims ?? []
        // A daemon of an older version does not search for victims among translated connections.
        let isUnknown = victims == nil || status.nat.map { $0.victims == nil && $0.translation != "no" } ?? false
        let published = status.nat?.published ?? []
        let isFree = victims?.isEmpty != false && flows.isEmpty && published.isEmpty
        let exit: ExitStatus = isFree ? (isUnknown ? .unknown : .good) : .degraded
        let shown = victims ?? possible
        var lines = text(victims, count: status.victimCount ?? 0, status.reasons)
        if isUnknown, victims != nil {
            lines.append(.init("Translated", "unknown", .doubtful))
            for reason in status.reasons where reason.id.hasPrefix("translat") {
                lines.append(.init("", reason.says))
            }
        }
        if !flows.isEmpty { lines.append(.init("Translated", "\(status.nat?.victimCount ?? flows.count)", .bad)) }
        for port in published {
            lines.append(
                .init("Published", "\(port.protocol) \(port.port) by \(port.chain.words): nothing from outside", .bad))
        }
        if victims == nil, !possible.isEmpty { lines.append(.init("", "AMT may cut off these:")) }
        return Report(
            assessment.victimsJSON(victims?.map(\.json), possible: possible.map(\.json)), assessment.caveat + lines,
            assessment.voice == .answers ? exit : .unknown,
            drawing: shown.isEmpty && flows.isEmpty ? nil : drawing(shown, flows))
    }

    private static func report(_ absence: Absence) -> Report {
        // With Mode=always every address counts as shared.
        let possible = NamedSocket.naming((absence.status.victims ?? []) + absence.ports.possibleVictims)
        var lines = [Status.Line("Victims", "unknown: \(absence.reason.says)", .doubtful)]
        lines += Status.Line.advice(of: absence.reason)
        lines.append(
            Status.Line(
                "",
                possible.isEmpty
                    ? "The kernel shows no socket on AMT's ports that AMT could cut off."
                    : "The kernel shows these now. AMT cuts them off if it shares their address:"))
        return Report(
            absence.victimsJSON(possible: possible.map(\.json)), lines, .unknown,
            drawing: possible.isEmpty ? nil : drawing(possible, []))
    }

    private static func text(_ victims: [NamedSocket]?, count: Int, _ reasons: [Reason]) -> [Status.Line] {
        guard let victims else {
            let because = reasons.filter { ["victims-unknown", "sockets-unknown"].contains($0.id) }
            return [Status.Line("Victims", "unknown", .doubtful)]
                + because.flatMap { reason in
                    [Status.Line("", reason.says)] + Status.Line.advice(of: reason)
                }
        }
        guard !victims.isEmpty else { return [Status.Line("Victims", "none", .good)] }
        var lines = [Status.Line("Victims", "\(count)", .bad)]
        if count > victims.count { lines.append(Status.Line("", "the \(victims.count) most serious ones:")) }
        if victims.contains(where: { $0.holder == nil }), geteuid() != 0 {
            lines.append(.advice("Run it as root to see their processes."))
        }
        return lines
    }

    private static func drawing(_ victims: [NamedSocket], _ flows: [Status.Flow]) -> (Terminal) -> String {
        let tables = (victims.isEmpty ? [] : [table(of: victims)]) + (flows.isEmpty ? [] : [table(of: flows)])
        return { terminal in tables.map { $0.render(on: terminal) }.joined(separator: "\n\n") }
    }

    private static func table(of flows: [Status.Flow]) -> Columns {
        var table = Columns("PROTOCOL", "FROM", "TRANSLATED TO", "REMOTE", "SEEN SINCE")
        for flow in flows {
            table.add(
                .init(flow.protocol), .init(flow.origin + (flow.own ? " (this host)" : "")),
                .init(flow.translated, .bad), .init(flow.remote), .init(flow.since))
        }
        return table
    }

    private static func table(of victims: [NamedSocket]) -> Columns {
        var table = Columns("PROTOCOL", "LOCAL", "REMOTE", "DOING", "PROCESS", "OWNER", "SEEN SINCE")
        for victim in victims {
            let socket = victim.socket
            table.add(
                .init(socket.protocol), .init(socket.local, .bad), .init(socket.remote ?? "-"), .init(socket.doing),
                .init(victim.process), .init(socket.owner), .init(socket.since ?? "-"))
        }
        return table
    }
}
