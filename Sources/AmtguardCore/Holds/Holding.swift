/// Keeps the holds as planned. Like the reservation, it takes observations and returns what to do.
///
/// It tries a refused hold again at each audit and at each request. It reports a refusal once, until the cause changes.
struct Holding: Hashable, Sendable {
    /// The state of one hold, and what was reported of it.
    enum State: Hashable {
        case held(isShared: Bool)
        case refused(HoldObstacle)

        var isRefused: Bool { if case .refused = self { true } else { false } }
    }

    private(set) var plan = HoldPlan.nothing
    private(set) var reading = HoldReading()
    private var told: [Hold: State] = [:]
    /// When a new cause of a refusal may be reported. A user whose socket is in the way can change the cause at will.
    private var nextCause = Instant(sinceBoot: .zero)
    /// Addresses beyond the limit.
    private(set) var passedOver = 0

    /// Applies another plan.
    mutating func follow(_ plan: HoldPlan, at now: Instant) -> [Effect] {
        guard plan != self.plan else { return [] }
        self.plan = plan
        return decide(retrying: true, at: now)
    }

    /// Takes a reading of the holds and of the refusals.
    mutating func observe(_ reading: HoldReading, _ prompt: Prompt, at now: Instant) -> [Effect] {
        self.reading = reading
        return decide(retrying: prompt == .audit || prompt == .request, at: now)
    }

    /// All wanted holds with their states.
    var states: [(hold: Hold, state: State)] {
        plan.wanted(held: reading.held.keys).holds.sorted().compactMap { hold in state(of: hold).map { (hold, $0) } }
    }

    /// The wanted holds that were refused, grouped by the reason.
    var refusals: [(obstacle: HoldObstacle, holds: [Hold])] { Self.grouped(states) }

    private func state(of hold: Hold) -> State? {
        if let isShared = reading.held[hold] { return .held(isShared: isShared) }
        return reading.refused[hold].map(State.refused)
    }

    private mutating func decide(retrying: Bool, at now: Instant) -> [Effect] {
        let (wanted, passedOver) = plan.wanted(held: reading.held.keys)
        self.passedOver = passedOver
        let amiss = wanted.filter { reading.held[$0] != plan.isShared }
        let isSettled = retrying ? amiss.isEmpty : amiss.allSatisfy { reading.refused[$0] != nil }
        let surplus = reading.held.keys.filter { !wanted.contains($0) }
        guard isSettled, surplus.isEmpty else {
            return [.hold(HoldChange(release: surplus.sorted(), take: amiss.sorted(), isShared: plan.isShared))]
        }
        return tell(at: now)
    }

    /// Reports what was not reported yet. A new cause of a refusal is reported once a minute at most.
    private mutating func tell(at now: Instant) -> [Effect] {
        let states = states
        let former = told
        told = Dictionary(uniqueKeysWithValues: states.map { ($0.hold, $0.state) })
        var news = states.filter { former[$0.hold] != $0.state }
        let otherCauses = news.map(\.hold).filter { former[$0]?.isRefused == true && told[$0]?.isRefused == true }
        if now < nextCause {
            for hold in otherCauses { told[hold] = former[hold] }
            news.removeAll { otherCauses.contains($0.hold) }
        } else if !otherCauses.isEmpty {
            nextCause = now + .seconds(60)
        }
        let held = news.filter { if case .held = $0.state { true } else { false } }.map(\.hold)
        let gone = former.filter { hold, state in
            if case .held = state, reading.held[hold] == nil { true } else { false }
        }
        var effects: [Effect] = []
        if !gone.isEmpty { effects.append(.report(.letGo(gone.keys.sorted()))) }
        if !held.isEmpty { effects.append(.report(.held(held, isShared: plan.isShared))) }
        return effects + Self.grouped(news).map { .report(.unheld($0.holds, $0.obstacle)) }
    }

    private static func grouped(
        _ states: [(hold: Hold, state: State)]
    ) -> [(obstacle: HoldObstacle, holds: [Hold])] {
        var groups: [(obstacle: HoldObstacle, holds: [Hold])] = []
        for case (let hold, .refused(let obstacle)) in states {
            if let index = groups.firstIndex(where: { $0.obstacle == obstacle }) {
                groups[index].holds.append(hold)
            } else {
                groups.append((obstacle, [hold]))
            }
        }
        return groups
    }
}

/// The present holds.
public struct HoldReading: Hashable, Sendable {
    /// Each hold, and whether other programs may bind the same address and port.
    public var held: [Hold: Bool]
    /// What could not be held at the last attempt, and why.
    public var refused: [Hold: HoldObstacle]

    /// A reading; by default nothing is held, and nothing was refused.
    public init(held: [Hold: Bool] = [:], refused: [Hold: HoldObstacle] = [:]) {
        self.held = held
        self.refused = refused
    }
}

/// A change of the holds.
public struct HoldChange: Hashable, Sendable {
    /// Holds to release, before anything else.
    public var release: [Hold]
    /// Holds to take, or to bind in another way: all that are not as planned, including the refused ones.
    public var take: [Hold]
    /// Whether other programs may bind the same address and port.
    public var isShared: Bool
}
