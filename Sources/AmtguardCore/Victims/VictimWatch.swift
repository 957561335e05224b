/// Something that AMT cuts off: a socket, or a translated connection.
protocol CutOff: Hashable, Sendable {
    /// Identifies it at the next look, even if its other properties have changed.
    associatedtype Identity: Hashable & Sendable
    var identity: Identity { get }
    /// When it was first seen.
    var since: Moment { get set }
    /// The event that reports it.
    var began: Event { get }
    var ended: Event { get }
    static func untold(_ count: Int) -> Event
}

/// Compares the victims of each look with those of the look before, and decides what is reported.
///
/// Each reported victim gets its own journal entry, and a program can open sockets at no cost. So the first ten in a
/// minute are reported one by one, and the rest as a number.
struct VictimWatch<Victim: CutOff>: Hashable, Sendable {
    /// The most severe first; `nil` if the victims are unknown.
    private(set) var victims: [Victim]?
    private var told: Set<Victim.Identity> = []
    /// The entries since `windowStart`, and how many victims were not reported in that time.
    private var entries = 0
    private var windowStart: Instant?
    private var untold = 0

    private static var mostEntries: Int { 10 }
    private static var window: Duration { .seconds(60) }

    /// Takes the present victims, the most severe first, and returns what to report.
    ///
    /// - Parameter seen: `nil` if the victims are unknown. Then nothing is reported, neither a new victim nor an end.
    mutating func observe(_ seen: [Victim]?, at now: Moment) -> [Event] {
        guard let seen else {
            victims = nil
            return []
        }
        var events: [Event] = []
        if let start = windowStart, now.instant - start >= Self.window {
            if untold > 0 { events.append(Victim.untold(untold)) }
            windowStart = nil
            entries = 0
            untold = 0
        }
        let former = Dictionary(lastKnown.map { ($0.identity, $0) }, uniquingKeysWith: { first, _ in first })
        var current: [Victim.Identity: Victim] = [:]
        var ordered: [Victim] = []
        for var victim in seen {
            let identity = victim.identity
            guard current[identity] == nil else { continue }
            victim.since = former[identity]?.since ?? now
            current[identity] = victim
            ordered.append(victim)
            if former[identity] == nil, tell(victim.began, &events, at: now) { told.insert(identity) }
        }
        for victim in lastKnown {
            let identity = victim.identity
            // If its beginning was not reported, its end is not reported either.
            guard current[identity] == nil, told.remove(identity) != nil else { continue }
            // Each reported victim also gets an entry for its end, outside of the limit. So there are at most twice as
            // many entries.
            events.append(victim.ended)
        }
        victims = ordered
        lastKnown = ordered
        return events
    }

    /// The last victims that were known.
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
