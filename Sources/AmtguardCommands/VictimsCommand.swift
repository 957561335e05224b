import AmtguardCore
import ArgumentParser
import Glibc

/// `amtguardctl victims`
struct VictimsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "victims", abstract: "Show the sockets that AMT deafens; as root, with their processes.",
        discussion: """
            A victim has one of AMT's ports on an address that AMT shares: what comes from outside goes to the \
            firmware, and the program waits in vain. Let it use another port.

            Exit status: 0 if there is none, 1 if there is one, 3 if that is not known, amtguardd does not run or what \
            it saw is too old, 64 wrong usage.
            """)

    @OptionGroup var common: CommonOptions

    @Flag(help: "Print JSON: keys of /usr/share/amtguard/status.schema.json, and pid and command of each victim.")
    var json = false

    func run() throws {
        let report = Report(common, absent: Self.withoutDaemon) { status, stale in
            let victims = status.victims.map(NamedSocket.naming)
            let exit: ExitStatus = victims.map { $0.isEmpty ? .good : .degraded } ?? .unknown
            return Report(
                status.victimsJSON(stale: stale, victims?.map(\.json)),
                Self.text(victims, count: status.victimCount ?? 0, status.reasons), exit,
                drawing: (victims ?? []).isEmpty ? nil : Self.drawing(victims ?? []))
        }
        try report.show(json: json)
    }

    private static func withoutDaemon(_ absence: Absence) -> Report {
        let sockets = KernelView(absence).ports.each.flatMap { $0.takenBy ?? [] }
        let named = NamedSocket.naming(sockets.filter { $0.standing == "unknown" })
        var lines = [
            Status.Line("Victims", "unknown: \(absence.reason.says)", .doubtful),
            Status.Line(
                "",
                named.isEmpty
                    ? "Nobody has AMT's ports on an address that AMT might share, as the kernel says now."
                    : "These would be victims where AMT shares their address, as the kernel says now:"),
        ]
        lines.insert(contentsOf: Status.Line.advice(of: absence.reason), at: 1)
        return Report(
            absence.victimsJSON(named.map(\.json)), lines, .unknown, drawing: named.isEmpty ? nil : drawing(named))
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
        if count > victims.count { lines.append(Status.Line("", "the gravest \(victims.count) of them:")) }
        if victims.contains(where: { $0.holder == nil }), geteuid() != 0 {
            lines.append(.advice("As root it names their processes as well."))
        }
        return lines
    }

    private static func drawing(_ victims: [NamedSocket]) -> (Terminal) -> String {
        var table = Columns("PROTOCOL", "LOCAL", "REMOTE", "DOING", "PROCESS", "OWNER", "SEEN SINCE")
        for victim in victims {
            let socket = victim.socket
            table.add(
                .init(socket.protocol), .init(socket.local, .bad), .init(socket.remote ?? "-"), .init(socket.doing),
                .init(victim.process), .init(socket.owner), .init(socket.since ?? "-"))
        }
        return { table.render(on: $0) }
    }
}
