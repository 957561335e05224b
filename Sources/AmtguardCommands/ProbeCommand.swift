import AmtguardCore
import AmtguardLinux
import ArgumentParser
import SystemPackage

/// `amtguardctl probe HOST:PORT`
struct ProbeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe", abstract: "Test which local ports receive answers through this machine's network card.",
        discussion: """
            Connects to HOST:PORT, a service of your choice on another machine, once from each required TCP port and \
            once from each of some neighbouring ports, all at the same time, and compares the results. It sends \
            connection requests and nothing else: it reads no data and resets each connection as soon as it is \
            established. It uses one address of a host name. A port below 1024 needs root. UDP is not probed. If \
            address translation on this host changes a port, the probe says nothing about that port; only root can see \
            this.

            Exit status: 0 if every port passes, 1 if any is diverted, 3 if a port could not be tested (no answer, in \
            use, not tried, translated, no route), 64 wrong usage. If root runs it, amtguardd keeps the result and \
            status shows it.
            """)

    @OptionGroup var common: CommonOptions

    @Argument(
        help: ArgumentHelp(
            "Connect to this: server:22, server:ssh, 192.0.2.1:22, [2001:db8::1]:22.", valueName: "host:port"))
    var service: String

    @Option(help: ArgumentHelp("Connect from this address of the host.", valueName: "address"))
    var from: String?

    @Option(
        help: ArgumentHelp(
            "Probe these ports, such as \"623 16992-16995\", instead of the required ones.", valueName: "ports"))
    var ports: String?

    @Option(
        help: ArgumentHelp(
            "Wait this long for answers; below 4, a lost packet looks like a diverted one.", valueName: "seconds"))
    var timeout = 4

    @Flag(
        help: "Print JSON, as /usr/share/amtguard/probe.schema.json describes it."
    )
    var json = false

    func validate() throws {
        do {
            _ = try ProbeService(service, port: servicePort)
        } catch {
            throw ValidationError(error.message)
        }
        if let from, IPAddress(from) == nil {
            throw ValidationError(
                "--from \(printable(from.utf8)): not an address. Allowed: an IPv4 or IPv6 address of this host.")
        }
        if ports != nil { _ = try wantedPorts() }
        guard (1...30).contains(timeout) else {
            throw ValidationError("--timeout \(timeout): allowed are 1 to 30 seconds.")
        }
    }

    private func wantedPorts() throws -> PortSet? {
        guard let ports else { return nil }
        do {
            let wanted = try PortSet(configuration: ports)
            guard ProbePlan(wanted) != nil else {
                throw ValidationError(
                    "--ports: \(wanted.count) ports. Allowed: 1 to \(ProbePlan.mostPorts) at a time.")
            }
            return wanted
        } catch let error as PortSet.WordError {
            throw ValidationError("--ports: \(error.message). Allowed: ports and ranges, such as 623 16992-16995.")
        }
    }

    func run() throws {
        let root = common.root.map { FilePath($0) }
        let service = try ProbeService(service, port: servicePort)
        if let leftOut = service.leftOut {
            warn("a probe needs only host and port; left out: \(printable(leftOut.utf8, atMost: 100))")
        }
        let run = ProbeRun(
            service: service, from: from.flatMap { IPAddress($0) }, ports: try wantedPorts(),
            timeout: .seconds(timeout), guardian: ProbeGuardian(root: root))
        do {
            let record = ProbeRecord(try run.result(), at: .now())
            let refusal = run.guardian.remember(record.result)
            let report = Self.report(
                Status.Probe(record), refusal.map { [$0] } ?? [], isRemembered: refusal == nil,
                Self.exit(record.result.verdict))
            try report.show(json: json)
        } catch let error as ProbeRun.Impossible {
            try Self.report(nil, [error.reason], isRemembered: false, .unknown).show(json: json)
        }
    }

    private static func report(
        _ probe: Status.Probe?, _ reasons: [Reason], isRemembered: Bool, _ exit: ExitStatus
    ) -> Report {
        var lines = probe?.text ?? []
        for reason in reasons {
            lines.append(Status.Line(probe == nil ? "Probe" : "Kept", reason.says, .doubtful))
            lines += Status.Line.advice(of: reason)
        }
        if isRemembered { lines.append(Status.Line("Kept", "amtguardctl status shows it")) }
        return Report(Status.Probe.json(probe, isRemembered: isRemembered, reasons: reasons), lines, exit)
    }

    private static func exit(_ verdict: ProbeVerdict) -> ExitStatus {
        switch verdict {
        case .passes: .good
        case .diverted: .degraded
        case .noAnswer, .busy, .notTried, .unknown: .unknown
        }
    }
}
