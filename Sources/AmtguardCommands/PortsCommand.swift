import AmtguardCore
import AmtguardLinux
import ArgumentParser

/// `amtguardctl ports`
struct PortsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ports", abstract: "Show each required port: reserved, within reach, held, taken and by whom.",
        discussion: """
            The picture is as wide as the terminal, or as COLUMNS says; a column that stands for several kinds of \
            ports shows the gravest. Without a daemon it shows what the kernel says now of AMT's own ports.

            Exit status: 0 if no required port is exposed, 2 if one is, 3 if amtguardd does not run or what it saw is \
            too old, 64 wrong usage.
            """)

    @OptionGroup var common: CommonOptions

    @Flag(help: "Print JSON: the keys observed, reasons and ports of /usr/share/amtguard/status.schema.json.")
    var json = false

    func run() throws {
        let report = Report(common, absent: Self.withoutDaemon) { status, stale in
            Report(
                status.portsJSON(stale: stale), [],
                status.ports.exposed.map { $0.isEmpty ? .good : .exposed } ?? .unknown,
                drawing: Self.drawing(status.ports, victims: status.victims))
        }
        try report.show(json: json)
    }

    private static func withoutDaemon(_ absence: Absence) -> Report {
        let ports = KernelView(absence).ports
        let heading = Status.Line(
            "Without amtguardd",
            "\(absence.reason.says). What the kernel says now:", .doubtful)
        return Report(
            absence.portsJSON(ports), [heading] + Status.Line.advice(of: absence.reason), .unknown,
            drawing: drawing(ports, victims: nil))
    }

    /// The picture, and a row for each port.
    static func drawing(_ ports: Status.Ports, victims: [Status.Socket]?) -> (Terminal) -> String {
        let picture = PortPicture(PortSpace(ports, victims: victims))
        guard !ports.each.isEmpty else { return { "\(picture.render(on: $0))\n\nNo port is required." } }
        var table = Columns("PORT", "EXPOSURE", "HELD ON", "TAKEN BY")
        for port in ports.each {
            let takers = port.takenBy ?? []
            let held = port.held.map { $0.isEmpty ? "-" : $0.joined(separator: ", ") } ?? "unknown"
            let first = port.takenBy == nil ? Columns.Cell("unknown", .doubtful) : takers.first?.cell ?? .init("-")
            table.add(.init("\(port.port)"), .init(port.words, port.tone), .init(held), first)
            for taker in takers.dropFirst() { table.add(.init(""), .init(""), .init(""), taker.cell) }
            let more = (port.takers ?? 0) - takers.count
            if more > 0 { table.add(.init(""), .init(""), .init(""), .init("and \(more) more", .faint)) }
        }
        let rest = (try? PortSet(kernel: Array(ports.required.utf8)).count).map { $0 - ports.each.count } ?? 0
        if rest > 0 { table.add(.init(""), .init("and \(rest) more ports", .faint), .init(""), .init("")) }
        let reuse =
            ports.autobindReuse == true
            ? "\nip_autobind_reuse is on: the kernel may give away a held port that is not reserved." : ""
        return { "\(picture.render(on: $0))\n\n\(table.render(on: $0))\(reuse)" }
    }
}

extension Status.Socket {
    fileprivate var cell: Columns.Cell {
        Columns.Cell(
            "\(words): \(standingWords)", standing == "victim" ? .bad : standing == "unknown" ? .doubtful : .plain)
    }
}

extension Status.Port {
    fileprivate var tone: Status.Tone {
        switch exposure {
        case "exposed": .bad
        case "reserved", "reserved-outside": .good
        default: .doubtful
        }
    }
}

extension PortSpace {
    /// What the daemon told. Its sets are text that came from another process; one that is no set is as if not known.
    init(_ ports: Status.Ports, victims: [Status.Socket]?) {
        func set(_ text: String?) -> PortSet? { text.flatMap { try? PortSet(kernel: Array($0.utf8)) } }
        required = set(ports.required) ?? PortSet()
        reserved = set(ports.reserved)
        owned = set(ports.owned) ?? PortSet()
        reach = set(ports.reach)
        self.victims = PortSet(merging: (victims ?? []).map { $0.port...$0.port })
    }
}
