/// A time in which the list is overwritten again and again.
public struct Contest: Hashable, Sendable {
    /// What becomes of the overwrites.
    public enum Answer: String, Hashable, Sendable, CaseIterable {
        /// Each is repaired at once.
        case repaired
        /// Repairs have reached their pace: required ports are missing in between.
        case paced
        /// amtguard only observes, or the kernel refuses: required ports are missing.
        case left
    }

    /// When the first of these overwrites was seen.
    public var since: Moment
    /// The list as it was found last.
    public var found: PortSet
    /// Who wrote it, where the kernel told.
    public var writers = WriterTally()
    /// How many were seen; what is written between two looks counts once.
    public var count = 0
    /// How many of them since the last journal entry about it.
    public var untold = 0
    public var answer = Answer.repaired
}

/// How others overwrite the list, and what is told of it: the first few overwrites one by one, and what goes on after
/// them once a window, with a count and the writers. So what the journal takes has a bound, whatever their rate.
///
/// The list rests when a whole window passed without an overwrite.
struct Overwrites: Hashable, Sendable {
    /// So many in a row are told one by one.
    static let singly = 5
    static let window = Duration.seconds(60)
    /// What was left broken counts as exposed for so long at least: the verdict must not come and go with each write.
    static let linger = Duration.seconds(10)

    /// All overwrites since the list rested last.
    private var run: Contest?
    /// Whether they are a contest.
    private var isContested = false
    private var last = Instant(sinceBoot: .zero)
    /// When the journal heard of the contest last.
    private var told: Instant?
    private var lingersUntil = Instant(sinceBoot: .zero)

    /// The list is overwritten again and again.
    var contest: Contest? { isContested ? run : nil }

    /// Takes an overwrite.
    ///
    /// - Returns: Whether it is told singly.
    mutating func take(
        _ found: PortSet, by writers: [Writer], _ answer: Contest.Answer = .repaired, at now: Moment
    ) -> Bool {
        note(found, answer, at: now)
        // Who wrote twice before one look has overwritten the list once.
        for (index, writer) in writers.enumerated() where !writers[..<index].contains(where: writer.isNamed(like:)) {
            run?.writers.count(writer)
        }
        run?.count += 1
        run?.untold += 1
        if let run, run.count > Self.singly { isContested = true }
        return !isContested
    }

    /// The bucket of repairs is empty: that alone makes it a contest.
    mutating func spend(_ found: PortSet, at now: Moment) {
        note(found, .paced, at: now)
        isContested = true
    }

    /// Nobody listened for want of tokens, and the list was found overwritten when there was one.
    mutating func lag(_ found: PortSet, at now: Moment) {
        if isContested { note(found, .paced, at: now) }
    }

    private mutating func note(_ found: PortSet, _ answer: Contest.Answer, at now: Moment) {
        if !isContested, now.instant - last >= Self.window { run = nil }
        if run == nil { run = Contest(since: now, found: found) }
        run?.found = found
        last = now.instant
        guard answer != .repaired else { return }
        run?.answer = answer
        lingersUntil = now.instant + Self.linger
    }

    /// What there is to tell now: that it began, that it goes on, that it is over.
    ///
    /// - Parameter fullTime: When the bucket of repairs is full again.
    mutating func tell(fullTime: Instant, at now: Instant) -> [Event] {
        guard isContested, var run else { return [] }
        if max(lingersUntil, fullTime) <= now { run.answer = .repaired }
        self.run = run
        if run.answer == .repaired, now - last >= Self.window {
            self = Overwrites()
            return [.calmed(run)]
        }
        // One that seems to have ended is told of when it has.
        if let told, now < told + Self.window || !isGoingOn(at: now) { return [] }
        told = now
        self.run?.untold = 0
        return [.contested(run)]
    }

    /// When there is something to tell next, once it was told what there is now: never a time that has passed.
    func nextTime(fullTime: Instant, after now: Instant) -> Instant? {
        guard isContested, let run else { return nil }
        let end = run.answer == .repaired ? last + Self.window : max(lingersUntil, fullTime)
        guard let told, told + Self.window > now, isGoingOn(at: told + Self.window) else { return end }
        return min(end, told + Self.window)
    }

    private func isGoingOn(at time: Instant) -> Bool { time - last < Self.window / 2 }
}

extension Contest.Answer {
    /// Behind what is said of the overwrites; what is repaired at once needs no words.
    var words: String {
        switch self {
        case .repaired: ""
        case .paced: "; repairs have reached their pace, and required ports are missing in between"
        case .left: "; they are not repaired, and required ports are missing in between"
        }
    }
}
