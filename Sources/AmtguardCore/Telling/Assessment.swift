/// What the kernel shows to anybody who looks, at one moment.
public struct KernelLook: Hashable, Sendable {
    /// The list; `nil` where it can't be read, or is not the list of the daemon.
    public var reserved: PortSet?
    /// Which ports the kernel may choose; `nil` where that can't be read.
    public var choice: KernelChoice?

    public init(reserved: PortSet?, choice: KernelChoice?) {
        self.reserved = reserved
        self.choice = choice
    }
}

/// The daemon's last report, compared with amtguardctl's own look at the list.
///
/// The report of a daemon that is stopped, or that was not shown a write, is out of date, and anybody may read the list:
///
/// | the daemon | the list now | verdict |
/// |---|---|---|
/// | answers | can't be read, or misses no port beyond those that it reported | the daemon's |
/// | answers | misses further ports | exposed if one is within reach, else degraded, or the daemon's where that is graver |
/// | is silent | misses required ports | exposed if one is within reach, else degraded |
/// | is silent | misses none | degraded: the daemon does not repair it |
/// | is silent | can't be read | unknown |
/// | reported too long ago | misses ports within reach | exposed |
/// | reported too long ago | anything else | unknown |
public struct Assessment: Sendable {
    /// How much the report counts.
    public enum Voice: Hashable, Sendable {
        /// It is of now.
        case answers
        /// The daemon runs and gives no answer; what was done to find that out.
        case silent(String)
        /// It is too old; why.
        case outdated(String)
    }

    public let voice: Voice
    /// The report, with the ports as they are now where they were looked at, and the reasons for all of it.
    public private(set) var status: Status
    /// `nil` is unknown.
    public let verdict: Verdict?
    /// Whether the ports are what amtguardctl saw, and not what the daemon reported.
    public let showsOwnLook: Bool
    /// Whether the daemon answers, and ports that it reported as reserved are not: perhaps a repair was under way.
    public let isContradiction: Bool

    public init(_ status: Status, _ voice: Voice, _ look: KernelLook) {
        let required = PortSet(told: status.ports.required) ?? PortSet()
        let missing = look.reserved.map(required.subtracting)
        let reportedMissing = required.subtracting(PortSet(told: status.ports.reserved ?? "") ?? PortSet())
        let news = (missing ?? PortSet()).subtracting(reportedMissing)
        let isExposed = !(missing ?? PortSet()).intersection(look.choice?.reach ?? PortSet(1...65535)).isEmpty

        self.voice = voice
        self.status = status
        isContradiction = voice == .answers && !news.isEmpty
        showsOwnLook =
            look.reserved != nil && (voice != .answers || isContradiction || status.ports.reserved == nil)
        switch voice {
        case .answers where !isContradiction: verdict = status.verdict
        case .answers: verdict = isExposed || status.verdict == .exposed ? .exposed : .degraded
        case .silent: verdict = missing.map { _ in isExposed ? .exposed : .degraded }
        case .outdated: verdict = isExposed ? .exposed : nil
        }

        if let reserved = look.reserved, showsOwnLook { self.status.ports.show(reserved, look.choice) }
        let missed = voice == .answers ? news : missing ?? PortSet()
        let own = [voice.reason, missed.isEmpty ? nil : Reason.missing(missed)]
        self.status.reasons = own.compactMap { $0 } + status.reasons
    }

    /// Whether the verdict is the daemon's, and of now.
    public var isDaemons: Bool { voice == .answers && !isContradiction }
}

extension Assessment.Voice {
    /// Why the report may no longer be true; `nil` where it is.
    public var reason: Reason? {
        switch self {
        case .answers: nil
        case .silent(let how):
            Reason(
                id: "no-answer", says: "amtguardd runs but does not answer (\(how)), so it does not repair the list",
                advice: "See systemctl status amtguardd; systemctl restart amtguardd starts it anew.")
        case .outdated(let why):
            Reason(id: "stale", says: why, advice: "See systemctl status amtguardd.")
        }
    }
}

extension Reason {
    fileprivate static func missing(_ ports: PortSet) -> Reason {
        Reason(
            id: "list-changed",
            says: "amtguardctl read the list: \(ports.brief) is missing, and amtguardd has not added it again",
            advice: "If this persists, restart it: systemctl restart amtguardd.")
    }
}

extension PortSet {
    /// A set that came from another process; `nil` for text that is none.
    init?(told text: String) {
        guard let ports = try? PortSet(kernel: Array(text.utf8)) else { return nil }
        self = ports
    }
}

extension Status.Ports {
    /// Whether the kernel may choose a required port now; `nil` where the list can't be read.
    public var areExposed: Bool? {
        guard let required = PortSet(told: required), !required.isEmpty else { return false }
        guard let reserved = reserved.flatMap(PortSet.init(told:)) else { return nil }
        let reach = reach.flatMap(PortSet.init(told:)) ?? PortSet(1...65535)
        return !required.subtracting(reserved).intersection(reach).isEmpty
    }

    /// Takes over the list and the range as they were seen later; who holds and uses each port stays as reported.
    fileprivate mutating func show(_ reserved: PortSet, _ choice: KernelChoice?) {
        let required = PortSet(told: self.required) ?? PortSet()
        let owned = (PortSet(told: self.owned) ?? PortSet()).intersection(reserved)
        let now = Status.Ports(
            required: required, reserved: reserved, owned: owned,
            unowned: required.intersection(reserved).subtracting(owned), choice: choice, takers: nil, holds: nil)
        let former = Dictionary(each.map { ($0.port, $0) }, uniquingKeysWith: { first, _ in first })
        each = now.each.map { port in
            var port = port
            port.held = former[port.port]?.held
            port.takenBy = former[port.port]?.takenBy
            port.takers = former[port.port]?.takers
            return port
        }
        (self.reserved, self.owned, unowned, exposed) = (now.reserved, now.owned, now.unowned, now.exposed)
        (ephemeralRange, reach, autobindReuse) = (now.ephemeralRange, now.reach, now.autobindReuse)
    }
}
