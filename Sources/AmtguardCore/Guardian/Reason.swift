/// A reason for the verdict.
public struct Reason: Hashable, Sendable, Codable {
    /// A word for programs: `contested`, `read-only`.
    public var id: String
    /// The state.
    public var says: String
    /// What to do about it; `nil` if nothing.
    public var advice: String?

    /// A reason; both texts are one line each.
    public init(id: String, says: String, advice: String? = nil) {
        self.id = id
        self.says = says
        self.advice = advice
    }
}

extension Reason {
    static func obstacle(_ obstacle: Obstacle) -> Reason {
        Reason(id: obstacle.id, says: obstacle.says, advice: obstacle.advice)
    }

    /// Whether it is why the list can't be read or written.
    public var isObstacle: Bool { Obstacle.ids.contains(id) }

    static func contested(_ contest: Contest, required: PortSet) -> Reason {
        let writers = contest.writers.words(atMost: 2).map { " by \($0)" } ?? ""
        return Reason(
            id: "contested",
            says: "the list is repeatedly overwritten\(writers), \(contest.count.times) since "
                + "\(contest.since.iso8601)\(contest.answer.words)",
            advice: "\(writeToo(contest.found.union(required))) Or remove the setting there.")
    }

    /// The advice that another program should write these ports too, so that the two programs do not overwrite each
    /// other.
    private static func writeToo(_ ports: PortSet) -> String {
        "Find what sets the list (/etc/sysctl.d, the [sysctl] section of a TuneD profile, a program), and set "
            + "net.ipv4.ip_local_reserved_ports = \(ports.abbreviated(to: 1_000)) there."
    }

    static func sharedList(_ others: PortSet, whole: PortSet) -> Reason {
        Reason(
            id: "list-shared",
            says:
                "other programs reserve \(others.brief) in the same list; if they write it again without the required "
                + "ports, amtguard has to repair it",
            advice: writeToo(whole))
    }

    /// Whether it is about who added the ports to the list.
    var isAboutOwnership: Bool { id == Self.notOwned }

    private static let notOwned = "not-owned"

    static func unowned(_ ports: PortSet) -> Reason {
        Reason(
            id: notOwned,
            says:
                "amtguard does not own these ports: \(ports.brief); they were reserved before it, or another program "
                + "has written the list since; they stay reserved when amtguard is removed")
    }

    static func stranded(_ ports: PortSet) -> Reason {
        Reason(
            id: "list-long",
            says: "these ports are no longer required but stay reserved: \(ports.brief); the list is too long to "
                + "remove them in one write, and several writes could lose ports of other programs",
            advice: "No action is needed: they are released when the list is shorter, and at the next boot.")
    }

    static func unreserved(_ ports: PortSet) -> Reason {
        Reason(
            id: "not-reserved",
            says: "\(ports) \(ports.count == 1 ? "is" : "are") not reserved, and Mode=observe never writes",
            advice: "Set Mode=auto, or reserve the ports in /etc/sysctl.d.")
    }

    static let configurationRefusal = "configuration-refused"

    static func refused(_ problem: ConfigurationProblem) -> Reason {
        guard !problem.isHidden else {
            return Reason(id: "configuration-unread", says: problem.description, advice: "Run this command as root.")
        }
        return Reason(
            id: configurationRefusal, says: problem.description,
            advice: problem.mayPass
                ? "amtguardd reads it again at each audit; systemctl reload amtguardd does so now."
                : "Correct the file, check it with amtguardd --check, then systemctl reload amtguardd.")
    }

    static let configurationWarning = "configuration-warning"

    static func passedOver(_ problem: ConfigurationProblem) -> Reason {
        Reason(
            id: configurationWarning, says: problem.description,
            advice: "Correct the file or remove the line, then systemctl reload amtguardd.")
    }

    static let amtUnknown = "amt-unknown"

    /// AMT's state is unknown; with the word of the failure if a failure is the cause.
    ///
    /// - Parameter advice: What to do if another question can't help.
    static func unknown(_ reason: String, _ failure: FirmwareInquiry?, advice: String?) -> Reason {
        Reason(
            id: failure.map { "firmware-\($0.word)" } ?? amtUnknown,
            says: "AMT's state is not known: \(reason); the ports stay required", advice: advice ?? failure?.advice)
    }

    /// The firmware was asked without success, but the state is known from other sources.
    ///
    /// - Parameter advice: Replaces the usual advice; `nil` to keep it.
    static func notAsked(_ failure: FirmwareInquiry, advice: String?) -> Reason {
        Reason(
            id: "firmware-\(failure.word)", says: "asking the firmware failed: \(failure.says)",
            advice: advice ?? failure.advice)
    }

    static func unknownControlMode(_ reason: String) -> Reason {
        Reason(id: "control-mode-unknown", says: "AMT's control mode is not known: \(reason)")
    }

    /// A part of `/sys` could not be read. What it showed before still counts.
    static func unread(_ part: Presence.Part, _ failure: ReadingFailure) -> Reason {
        Reason(
            id: "presence-unread",
            says: "\(part.path) can't be read now: \(failure.says); the last successful reading still counts",
            advice: failure.advice)
    }

    static func managementController(_ names: [String]) -> Reason {
        Reason(
            id: "bmc",
            says:
                "this machine has a management controller (BMC), as \(names.joined(separator: ", ")) shows; if it "
                + "shares a network port with the host, it may take packets to ports 623 and 664",
            advice: "If it shares one (\"shared LOM\", NC-SI), set Mode=always and Ports=623 664 in amtguard.conf.")
    }

    static func unknownInterfaces(_ failure: ReadingFailure) -> Reason {
        Reason(
            id: "interfaces-unknown", says: "the host's interfaces and addresses are unknown: \(failure.says)",
            advice: failure.advice)
    }

    static func unknownSockets(_ failure: ReadingFailure?) -> Reason {
        Reason(
            id: "sockets-unknown",
            says: "it is unknown which sockets of this host use AMT's ports\(failure.map { ": \($0.says)" } ?? "")",
            advice: failure?.advice ?? "Load the kernel's modules tcp_diag and udp_diag.")
    }

    static func victims(_ count: Int, worst: Victim) -> Reason {
        Reason(
            id: "victims",
            says:
                "AMT cuts off \(count == 1 ? "a socket" : "\(count) sockets, the worst"): "
                + Status.Socket(worst).words,
            advice: "Let the program use another port. Run amtguardctl victims as root to see which program it is.")
    }

    static func translatedVictims(_ count: Int, worst: TranslatedVictim) -> Reason {
        Reason(
            id: "translated-victims",
            says:
                "AMT cuts off \(count == 1 ? "a translated connection" : "\(count) translated connections, the oldest"): "
                + Status.Flow(worst).words,
            advice: "It ends when its sender gives up; a new connection gets another port if amtguard may redraw.")
    }

    static func unknownVictims(_ count: Int) -> Reason {
        Reason(
            id: "victims-unknown",
            says: "\(count == 1 ? "1 socket is" : "\(count) sockets are") on AMT's ports, and whether AMT takes their "
                + "packets is not known",
            advice: "See amtguardctl ports.")
    }

    static func omittedSockets(_ count: Int) -> Reason {
        Reason(
            id: "sockets-many", says: "more sockets are on AMT's ports than amtguard looks at; left out: \(count)")
    }

    static func unseenWrite(until: Instant, at now: Instant) -> Reason {
        let minutes = ((until - now).components.seconds + 59) / 60
        return Reason(
            id: "unseen-write",
            says:
                "the list was changed through another mount of /proc (writer unknown); amtguard checks the list each "
                + "second for \(minutes) min more",
            advice: "Look for a container or unit with a /proc of its own that sets the sysctl.")
    }

    static func unknownReach(_ failure: ReadingFailure?) -> Reason {
        Reason(
            id: "range-unknown",
            says: "net.ipv4.ip_local_port_range can't be read\(failure.map { " (\($0.says))" } ?? "")"
                + ": amtguard assumes that the kernel may choose any port",
            advice: failure?.advice)
    }
}
