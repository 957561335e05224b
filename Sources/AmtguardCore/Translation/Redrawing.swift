/// Keeps the redraw table as planned. Like the reservation, it takes readings of the kernel and returns what to do:
/// only a reading shows what is in force.
///
/// A table that another program deleted is loaded again when a reading shows the loss. The loss is reported at once,
/// and then at most once a minute; the watch of the ruleset limits how often it is seen. If the kernel refuses the
/// table, each audit and each request tries again.
struct Redrawing: Hashable, Sendable {
    /// What should be in force.
    enum Plan: Hashable {
        /// No table of ours.
        case nothing
        case table(RedrawTable)
        /// Leave the table as it is: amtguard only looks.
        case untouched
    }

    private(set) var plan = Plan.untouched
    private(set) var reading: RedrawReading?
    /// A change was requested, and its outcome was not seen yet.
    private var isPending = false
    /// The counters at the last look; those of a reloaded table begin with 0. `nil` before the first look: the previous
    /// daemon's table has counted already.
    private var counted: Counters?
    /// Connections since the start of this process.
    private(set) var redrawn: UInt64 = 0
    private(set) var refused: UInt64 = 0

    /// The table that was last reported as in force.
    private var told: RedrawTable?
    private var toldObstacle: RedrawReading.State?
    /// Losses of the table, and connections, since the last report of each kind.
    private var losses = Tally()
    private var connections = Tally()
    private var obstacles = Tally()
    private var toldRedrawn: UInt64 = 0
    private var toldRefused: UInt64 = 0

    private static let window = Duration.seconds(60)

    private struct Counters: Hashable {
        var redrawn: UInt64
        var refused: UInt64
    }

    /// The time of the last report, and the count since then.
    private struct Tally: Hashable {
        var count = 0
        var toldAt: Instant?

        func isDue(at now: Instant) -> Bool { toldAt.map { now - $0 >= Redrawing.window } ?? true }
    }

    /// Whether this table is in force, or has not been seen yet.
    func hasSettled(on table: RedrawTable) -> Bool {
        guard !isPending, let reading else { return true }
        return reading.table == table
    }

    /// Applies another plan.
    mutating func follow(_ plan: Plan, at now: Moment) -> [Effect] {
        guard plan != self.plan else { return [] }
        self.plan = plan
        return decide(retrying: true, at: now)
    }

    /// Takes a reading, and the plan that follows from it.
    mutating func observe(_ reading: RedrawReading, _ prompt: Prompt, plan: Plan, at now: Moment) -> [Effect] {
        self.plan = plan
        // A ruleset that keeps changing can't be read for a moment. The next audit reads it again.
        if case .unknown = reading.state, prompt == .watch, self.reading != nil { return [] }
        count(reading)
        let isGone = reading.state == .absent || reading.state == .altered
        // A missing table after our own change is no loss: the kernel refused it, or another program changed it again.
        if isGone, prompt != .readBack, told != nil, case .table = plan { losses.count += 1 }
        self.reading = reading
        isPending = false
        return decide(retrying: prompt != .readBack, at: now)
    }

    private mutating func count(_ reading: RedrawReading) {
        // A failed look shows no counters.
        if case .unknown = reading.state { return }
        func news(_ value: UInt64, _ before: UInt64) -> UInt64 { value >= before ? value - before : value }
        if let counted {
            redrawn += news(reading.redrawn, counted.redrawn)
            refused += news(reading.refused, counted.refused)
        }
        counted = Counters(redrawn: reading.redrawn, refused: reading.refused)
    }

    private mutating func decide(retrying: Bool, at now: Moment) -> [Effect] {
        guard let reading else { return [] }
        if retrying, let change = change(after: reading.state) {
            isPending = true
            return [.redraw(change)]
        }
        return tell(reading, at: now.instant)
    }

    private func change(after state: RedrawReading.State) -> RedrawChange? {
        switch (plan, state) {
        case (.untouched, _), (_, .foreign), (.nothing, .absent), (.nothing, .unknown): nil
        case (.nothing, .inForce), (.nothing, .altered): .unload
        case (.table(let wanted), .inForce(let found)): wanted == found ? nil : .load(wanted)
        case (.table(let wanted), .absent), (.table(let wanted), .altered), (.table(let wanted), .unknown):
            .load(wanted)
        }
    }

    private mutating func tell(_ reading: RedrawReading, at now: Instant) -> [Effect] {
        var events: [Event] = []
        if reading.table != told {
            if let table = reading.table {
                events.append(.redrawing(table, isOwned: reading.isOwned))
                told = table
            } else if plan == .nothing {
                events.append(.redrawingEnded)
                told = nil
            }
        }
        if losses.count > 0, reading.table != nil, losses.isDue(at: now) {
            events.append(.redrawRestored(times: losses.count))
            losses = Tally(toldAt: now)
        }
        let obstacle = plan == .untouched ? nil : reading.obstacle
        if let obstacle, plan != .nothing, obstacle != toldObstacle, obstacles.isDue(at: now) {
            events.append(.redrawObstructed(obstacle))
            (toldObstacle, obstacles.toldAt) = (obstacle, now)
        } else if obstacle == nil, obstacles.isDue(at: now) {
            toldObstacle = nil
        }
        if (redrawn, refused) != (toldRedrawn, toldRefused), connections.isDue(at: now) {
            events.append(.redrawn(redrawn - toldRedrawn, refused: refused - toldRefused))
            (toldRedrawn, toldRefused) = (redrawn, refused)
            connections.toldAt = now
        }
        return events.map(Effect.report)
    }
}

extension RedrawReading {
    /// What keeps the table from being in force; `nil` for nothing.
    fileprivate var obstacle: State? {
        switch state {
        case .absent, .inForce, .altered: nil
        case .foreign, .unknown: state
        }
    }
}
