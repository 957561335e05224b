/// A socket that AMT cuts off, and since when that is known.
public struct Victim: Hashable, Sendable {
    public var socket: LocalSocket
    /// When it was first seen: the kernel does not tell how old a socket is.
    public var since: Moment

    public init(_ socket: LocalSocket, since: Moment) {
        self.socket = socket
        self.since = since
    }

    /// Identifies the socket at the next look, whatever its state.
    struct Identity: Hashable {
        private var socket: LocalSocket

        init(_ socket: LocalSocket) {
            self.socket = socket
            self.socket.state = .established
            self.socket.retransmissions = 0
            self.socket.inode = nil
            // The unit comes from the control group, which may be gone before the socket.
            self.socket.unit = nil
            self.socket.commands = []
        }
    }
}

/// The victims from look to look: which are new, which are gone, and what is reported.
///
/// A socket costs nothing, but a journal entry does. If a program opens a thousand, the first ten in a minute get a
/// line each, and the rest a number.
struct VictimWatch: Hashable, Sendable {
    /// The gravest first; `nil` if the victims are unknown.
    private(set) var victims: [Victim]?
    private var told: Set<Victim.Identity> = []
    /// The entries since `windowStart`, and how many victims were not reported in that time.
    private var entries = 0
    private var windowStart: Instant?
    private var untold = 0

    private static let mostEntries = 10
    private static let window = Duration.seconds(60)

    /// Takes the sockets that are victims now, the gravest first, and returns what to report.
    ///
    /// - Parameter sockets: `nil` if that is unknown: then no victim appears, and none is reported as ended.
    mutating func observe(_ sockets: [LocalSocket]?, at now: Moment) -> [Event] {
        guard let sockets else {
            victims = nil
            return []
        }
        var events: [Event] = []
        if let start = windowStart, now.instant - start >= Self.window {
            if untold > 0 { events.append(.victimsUntold(untold)) }
            windowStart = nil
            entries = 0
            untold = 0
        }
        let former = Dictionary(
            lastKnown.map { (Victim.Identity($0.socket), $0) }, uniquingKeysWith: { first, _ in first })
        var current: [Victim.Identity: Victim] = [:]
        var ordered: [Victim] = []
        for socket in sockets {
            let identity = Victim.Identity(socket)
            guard current[identity] == nil else { continue }
            let victim = Victim(socket, since: former[identity]?.since ?? now)
            current[identity] = victim
            ordered.append(victim)
            if former[identity] == nil, tell(.victim(victim), &events, at: now) { told.insert(identity) }
        }
        for victim in lastKnown {
            let identity = Victim.Identity(victim.socket)
            // If its beginning was not reported, its end is not reported either.
            guard current[identity] == nil, told.remove(identity) != nil else { continue }
            // The end is always reported, so that no entry stays open; there are no more ends than beginnings.
            events.append(.victimEnded(victim))
        }
        victims = ordered
        lastKnown = ordered
        return events
    }

    /// `victims` when it was last known.
    private var lastKnown: [Victim] = []

    private mutating func tell(_ event: Event, _ events: inout [Event], at now: Moment) -> Bool {
        if windowStart == nil { windowStart = now.instant }
        guard entries < Self.mostEntries else {
            untold += 1
            return false
        }
        entries += 1
        events.append(event)
        return true
    }
}
