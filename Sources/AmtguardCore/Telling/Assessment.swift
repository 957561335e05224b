/// What the kernel shows to every user, at one moment.
public struct KernelLook: Hashable, Sendable {
    /// The list; `nil` if it can't be read, or is not the daemon's list.
    public var reserved: PortSet?
    /// Which ports the kernel may choose; `nil` if that can't be read.
    public var choice: KernelChoice?

    /// The readings; `nil` for what can't be read.
    public init(reserved: PortSet?, choice: KernelChoice?) {
        self.reserved = reserved
        self.choice = choice
    }
}

/// The daemon's last report, compared with amtguardctl's own look at the list.
///
/// The report may be outdated: the daemon may be stopped, or the watch may have missed a write. Every user may read the
/// list, so amtguardctl compares the two:
///
/// | the daemon | the list now | verdict |
/// |---|---|---|
/// | answers | can't be read, or lacks no ports beyond those that it reported | the daemon's |
/// | answers | lacks further ports | exposed if one is within reach, else degraded, or the daemon's if worse |
/// | is silent | lacks required ports | exposed if one is within reach, else degraded |
/// | is silent | lacks none | degraded: the daemon does not repair it |
/// | is silent | can't be read | unknown |
/// | reported too long ago | lacks ports within reach | exposed |
/// | reported too long ago | anything else | unknown |
public struct Assessment: Sendable {
    /// How current the report is.
    public enum Voice: Hashable, Sendable {
        /// The daemon has just made it.
        case answers
        /// The daemon runs but does not answer; the text says how this was found out.
        case silent(String)
        /// The report is too old; the text says why.
        case outdated(String)
    }

    /// Whether the daemon answers, and how current its report is.
    public let voice: Voice
    /// The report. If amtguardctl read the list, the ports are those of its look; the reasons cover both.
    public private(set) var status: Status
    /// `nil` if unknown.
    public let verdict: Verdict?
    /// Whether the ports are from amtguardctl's own look instead of the daemon's report.
    public let showsOwnLook: Bool
    /// Whether the daemon answers, but ports are missing that it reported as reserved. A repair may be under way.
    public let isContradiction: Bool

    /// Compares a report with what the kernel shows now.
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
        case .answers where !isContradiction: verdict = status.verdict.known
        case .answers: verdict = isExposed || status.verdict == .exposed ? .exposed : .degraded
        case .silent: verdict = missing.map { _ in isExposed ? .exposed : .degraded }
        case .outdated: verdict = isExposed ? .exposed : nil
        }

        if let reserved = look.reserved, showsOwnLook { self.status.ports.show(reserved, look.choice) }
        let missed = voice == .answers ? news : missing ?? PortSet()
        let own = [voice.reason, missed.isEmpty ? nil : Reason.missing(missed)]
        self.status.reasons = own.compactMap { $0 } + status.reasons
    }

    /// Whether the verdict is the present one of the daemon.
    public var isDaemons: Bool { voice == .answers && !isContradiction }
}

extension Assessment.Voice {
    /// Why the report may no longer be true; `nil` if it is fresh.
    public var reason: Reason? {
        switch self {
        case .answers: nil
        case .silent(let how):
            Reason(
                id: "no-answer", says: "amtguardd runs but does not answer (\(how)), so it does not repair the list",
                advice: "See systemctl status amtguardd. To restart it: systemctl restart amtguardd.")
        case .outdated(let why):
            Reason(id: "stale", says: why, advice: "See systemctl status amtguardd.")
        }
    }
}

extension Reason {
    fileprivate static func missing(_ ports: PortSet) -> Reason {
        Reason(
            id: "list-changed",
            says: "amtguardctl read the list: required ports are missing: \(ports.brief); amtguardd has not added them",
            advice: "If this persists: systemctl restart amtguardd.")
    }
}

extension PortSet {
    /// Parses a set from another process; `nil` if the text is not a set.
    public init?(told text: String) {
        guard let ports = try? PortSet(kernel: Array(text.utf8)) else { return nil }
        self = ports
    }
}

extension Status.Ports {
    /// The required ports that the kernel may choose now; `nil` if there are none, or that is unknown.
    public var exposedSet: PortSet? { exposed.flatMap(PortSet.init(told:)).flatMap { $0.isEmpty ? nil : $0 } }

    /// The reserved ports; `nil` if the list can't be read.
    public var reservedSet: PortSet? { reserved.flatMap(PortSet.init(told:)) }

    /// Whether the kernel may choose a required port now; `nil` if the list can't be read.
    public var areExposed: Bool? {
        guard let required = PortSet(told: required), !required.isEmpty else { return false }
        guard let reserved = reservedSet else { return nil }
        let reach = reach.flatMap(PortSet.init(told:)) ?? PortSet(1...65535)
        return !required.subtracting(reserved).intersection(reach).isEmpty
    }

    /// Replaces the list and the range by those of a later look. The holds and the sockets on each port stay as
    /// reported.
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
