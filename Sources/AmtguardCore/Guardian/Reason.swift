/// Something behind the verdict that a person should know.
public struct Reason: Hashable, Sendable, Codable {
    /// A word for programs: `contested`, `read-only`.
    public var id: String
    /// What is so.
    public var says: String
    /// What can be done about it; `nil` where nothing need be.
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
        let id =
            switch obstacle {
            case .missing: "list-missing"
            case .readOnly: "list-read-only"
            case .notPermitted: "not-permitted"
            case .malformed: "list-malformed"
            case .busy: "list-busy"
            case .failed: "list-failed"
            }
        return Reason(id: id, says: obstacle.says, advice: obstacle.advice)
    }

    static func contested(_ contest: Contest) -> Reason {
        Reason(
            id: "contested",
            says: "\(contest.writer.map(\.description) ?? "another program") keeps overwriting the list "
                + "since \(contest.since.iso8601)",
            advice: "Stop it from writing net.ipv4.ip_local_reserved_ports, or make it write the required ports too.")
    }

    static func unreserved(_ ports: PortSet) -> Reason {
        Reason(
            id: "not-reserved", says: "\(ports) is not reserved, and Mode=observe never writes",
            advice: "Set Mode=auto, or reserve the ports in /etc/sysctl.d.")
    }

    static func refused(_ problem: ConfigurationProblem) -> Reason {
        Reason(
            id: "configuration-refused", says: problem.description,
            advice: problem.mayPass
                ? "amtguardd reads it again at each audit; systemctl reload amtguardd does so now."
                : "Mend the file, check it with amtguardd --check, then systemctl reload amtguardd.")
    }

    static func passedOver(_ problem: ConfigurationProblem) -> Reason {
        Reason(
            id: "configuration-warning", says: problem.description,
            advice: "Mend the file or take the line out, then systemctl reload amtguardd.")
    }

    /// AMT's state, with the word of the failure where one is the cause.
    static func unknown(_ reason: String, _ failure: FirmwareInquiry?) -> Reason {
        Reason(
            id: failure.map { "firmware-\($0.word)" } ?? "amt-unknown",
            says: "AMT's state is not known: \(reason); the ports stay required", advice: failure?.advice)
    }

    /// The state is known otherwise.
    static func notAsked(_ failure: FirmwareInquiry) -> Reason {
        Reason(
            id: "firmware-\(failure.word)", says: "the firmware was asked in vain: \(failure.says)",
            advice: failure.advice)
    }

    static func unknownControlMode(_ reason: String) -> Reason {
        Reason(id: "control-mode-unknown", says: "AMT's control mode is not known: \(reason)")
    }

    static let unknownSockets = Reason(
        id: "sockets-unknown", says: "which sockets of this host have AMT's ports can't be read from the kernel",
        advice: "Load the kernel's modules tcp_diag and udp_diag.")

    static func victims(_ count: Int, worst: Victim) -> Reason {
        Reason(
            id: "victims",
            says:
                "AMT deafens \(count == 1 ? "a socket" : "\(count) sockets, the worst"): \(Status.Socket(worst).words)",
            advice: "Let the program use another port; amtguardctl victims as root names it.")
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
            id: "sockets-many", says: "more sockets are on AMT's ports than amtguard looks at: \(count) were left out")
    }

    static func unseenWrite(until: Instant, at now: Instant) -> Reason {
        let minutes = (until - now).components.seconds / 60 + 1
        return Reason(
            id: "unseen-write",
            says: "somebody wrote the list through another procfs mount; looking each second for \(minutes) min more",
            advice: "Look for a container or unit with a /proc of its own that sets the sysctl.")
    }

    static let unknownReach = Reason(
        id: "range-unknown", says: "net.ipv4.ip_local_port_range can't be read: every port counts as within reach")
}
