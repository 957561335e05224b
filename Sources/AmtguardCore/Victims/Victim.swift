/// A socket that AMT deafens, and since when it is known.
public struct Victim: Hashable, Sendable {
    public var socket: LocalSocket
    /// When it was seen first: the kernel does not tell how old a socket is.
    public var since: Moment

    public init(_ socket: LocalSocket, since: Moment) {
        self.socket = socket
        self.since = since
    }

    /// What makes it the same socket at the next look, whatever becomes of its state.
    struct Identity: Hashable {
        private var socket: LocalSocket

        init(_ socket: LocalSocket) {
            self.socket = socket
            self.socket.state = .established
            self.socket.retransmissions = 0
            self.socket.inode = nil
            // Found by its control group, which may be gone before the socket is.
            self.socket.unit = nil
        }
    }
}

/// The victims from look to look: who is new, who is gone, and how much of it is told.
///
/// A socket costs nothing, an entry in the journal does: whoever opens a thousand gets a line for the first ten in a
/// minute, and a number for the rest.
struct VictimWatch: Hashable, Sendable {
    /// The gravest first; `nil` where it is not known who is one.
    private(set) var victims: [Victim]?
    private var told: Set<Victim.Identity> = []
    /// The entries since `windowStart`, and what was left untold in that time.
    private var entries = 0
    private var windowStart: Instant?
    private var untold = 0

    private static let mostEntries = 10
    private static let window = Duration.seconds(60)

    /// Takes the sockets that are victims now, the gravest first; what is worth telling comes back.
    ///
    /// - Parameter sockets: `nil` where that is not known: then nobody appears, and nobody is said to be well.
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
            // The end of one whose beginning was not told would be news of nothing.
            guard current[identity] == nil, told.remove(identity) != nil else { continue }
            // Always told, so that no entry stands without its end; there are as many as beginnings.
            events.append(.victimEnded(victim))
        }
        victims = ordered
        lastKnown = ordered
        return events
    }

    /// What `victims` was when it was known last.
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
