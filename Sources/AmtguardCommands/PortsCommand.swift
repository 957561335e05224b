import AmtguardCore
import AmtguardLinux
import ArgumentParser

/// `amtguardctl ports`
struct PortsCommand: ReportCommand {
    static let configuration = CommandConfiguration(
        commandName: "ports", abstract: "Show for each required port whether it is reserved, exposed, held and used.",
        discussion: """
            The picture is as wide as the terminal, or as COLUMNS says. A column of it stands for many ports and shows \
            the most serious state among them. If amtguardd does not run, the command shows what the kernel reports of \
            the ports that this machine needs.

            Exit status: 0 if no required port is exposed, 2 if one is, 3 if that is not known: the list can't be \
            read, or amtguardd does not run, does not answer or reported too long ago; 64 wrong usage.
            """)

    @OptionGroup var common: CommonOptions

    @Flag(help: "Print JSON, as /usr/share/amtguard/ports.schema.json describes it.")
    var json = false

    static func report(_ outcome: Inquiry.Outcome) -> Report {
        switch outcome {
        case .report(let assessment):
            return Report(
                assessment.portsJSON, heading(assessment), exit(assessment),
                drawing: drawing(assessment.status.ports, victims: assessment.status.victims))
        case .absence(let absence):
            var lines =
                [Status.Line("Unknown", absence.reason.says, .doubtful)] + Status.Line.advice(of: absence.reason)
            lines.append(Status.Line("Here", absence.here, absence.isExposed ? .bad : .plain))
            return Report(
                absence.portsJSON, lines, absence.isExposed ? .exposed : .unknown,
                drawing: drawing(absence.ports, victims: nil))
        }
    }

    /// An exposed port sets the exit status, whoever saw it. "No port exposed" counts only while a daemon guards.
    private static func exit(_ assessment: Assessment) -> ExitStatus {
        switch assessment.status.ports.areExposed {
        case true?: .exposed
        case false? where assessment.voice == .answers: .good
        case false?, nil: .unknown
        }
    }

    private static func heading(_ assessment: Assessment) -> [Status.Line] {
        guard let reason = assessment.status.reasons.first, !assessment.isDaemons else { return [] }
        let whose = assessment.showsOwnLook ? "The present list" : "Its last report"
        return [Status.Line("Warning", "\(reason.says). \(whose):", .bad)] + Status.Line.advice(of: reason)
    }

    /// The picture, and below it a row for each port.
    static func drawing(_ ports: Status.Ports, victims: [Status.Socket]?) -> (Terminal) -> String {
        let picture = PortPicture(PortSpace(ports, victims: victims))
        guard !ports.each.isEmpty else { return { "\(picture.render(on: $0))\n\nNo port is required." } }
        var table = Columns("PORT", "EXPOSURE", "HELD ON", "USED BY")
        let listeners = ports.each.flatMap { $0.takenBy ?? [] }.filter { $0.standing == Standing.lms.rawValue }
        let names = Dictionary(
            NamedSocket.naming(listeners).compactMap { named in named.socket.inode.map { ($0, named) } }
        ) { first, _ in first }
        func cell(_ socket: Status.Socket) -> Columns.Cell {
            let named = socket.inode.flatMap { names[$0] } ?? NamedSocket(socket: socket, holder: nil)
            return Columns.Cell("\(socket.words): \(named.standingWords)", socket.tone)
        }
        for port in ports.each {
            let takers = port.takenBy ?? []
            let held = port.held.map { $0.isEmpty ? "-" : $0.joined(separator: ", ") } ?? "unknown"
            let first = port.takenBy == nil ? Columns.Cell("unknown", .doubtful) : takers.first.map(cell) ?? .init("-")
            table.add(.init("\(port.port)"), .init(port.words, port.tone), .init(held), first)
            for taker in takers.dropFirst() { table.add(.init(""), .init(""), .init(""), cell(taker)) }
            let more = (port.takers ?? 0) - takers.count
            if more > 0 { table.add(.init(""), .init(""), .init(""), .init("and \(more) more", .faint)) }
        }
        let rest = PortSet(told: ports.required).map { $0.count - ports.each.count } ?? 0
        if rest > 0 { table.add(.init(""), .init("and \(rest) more ports", .faint), .init(""), .init("")) }
        let reuse =
            ports.autobindReuse == true
            ? "\nip_autobind_reuse is on: the kernel may still choose a held port that is not reserved." : ""
        return { "\(picture.render(on: $0))\n\n\(table.render(on: $0))\(reuse)" }
    }
}

extension Status.Socket {
    fileprivate var tone: Status.Tone {
        standing == "victim" ? .bad : standing == "unknown" ? .doubtful : .plain
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
    /// The ports of a report. Its sets are text from another process; a text that is not a set counts as unknown.
    init(_ ports: Status.Ports, victims: [Status.Socket]?) {
        required = PortSet(told: ports.required) ?? PortSet()
        reserved = ports.reservedSet
        owned = PortSet(told: ports.owned) ?? PortSet()
        reach = ports.reach.flatMap(PortSet.init(told:))
        self.victims = PortSet(merging: (victims ?? []).map { $0.port...$0.port })
    }
}
