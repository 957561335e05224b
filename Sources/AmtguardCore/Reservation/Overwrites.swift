/// A period in which the list is overwritten repeatedly.
public struct Contest: Hashable, Sendable {
    /// What amtguard does about the overwrites.
    public enum Answer: String, Hashable, Sendable, CaseIterable {
        /// It repairs each one at once.
        case repaired
        /// A program in the kernel keeps the required ports, so none was missing.
        case prevented
        /// The pace of repairs is exhausted, so required ports are missing between two repairs.
        case paced
        /// amtguard only observes, or the kernel refuses, so required ports are missing.
        case left
    }

    /// When the first of these overwrites was seen.
    public var since: Moment
    /// The list, as the last overwrite left it.
    public var found: PortSet
    /// The writers that the kernel named.
    public var writers = WriterTally()
    /// How many overwrites were seen. Several writes between two looks count as one.
    public var count = 0
    /// How many of them came after the last journal entry about the contest.
    public var untold = 0
    /// What amtguard does about it now.
    public var answer = Answer.repaired
}

/// Counts overwrites and decides which of them are reported.
///
/// The first few are reported one by one. If they go on, one report per window gives their number and the writers, so
/// the number of journal lines is bounded at any rate of overwrites. The series ends after a whole window without an
/// overwrite.
struct Overwrites: Hashable, Sendable {
    /// How many of a series are reported one by one.
    static let singly = 5
    static let window = Duration.seconds(60)
    /// After an overwrite that was not repaired, required ports count as missing for at least this long. Otherwise the
    /// verdict would change with each write.
    static let linger = Duration.seconds(10)

    /// All overwrites since the last window without one.
    private var run: Contest?
    /// Whether they are a contest.
    private var isContested = false
    private var last = Instant(sinceBoot: .zero)
    /// When the contest was last reported to the journal.
    private var told: Instant?
    private var lingersUntil = Instant(sinceBoot: .zero)

    /// The contest; `nil` while the list is not repeatedly overwritten.
    var contest: Contest? { isContested ? run : nil }

    /// Counts an overwrite.
    ///
    /// - Returns: Whether this overwrite is reported by itself.
    mutating func take(
        _ found: PortSet, by writers: [Writer], _ answer: Contest.Answer = .repaired, at now: Moment
    ) -> Bool {
        note(found, answer, at: now)
        // A program that wrote twice before one look counts once.
        for (index, writer) in writers.enumerated() where !writers[..<index].contains(where: writer.isNamed(like:)) {
            run?.writers.count(writer)
        }
        run?.count += 1
        run?.untold += 1
        if let run, run.count > Self.singly { isContested = true }
        return !isContested
    }

    /// Notes that the bucket of repairs is empty. This alone makes a contest.
    mutating func spend(_ found: PortSet, at now: Moment) {
        note(found, .paced, at: now)
        isContested = true
    }

    /// While there was no token, the watch was off. At the next token the list was found overwritten.
    mutating func lag(_ found: PortSet, at now: Moment) {
        if isContested { note(found, .paced, at: now) }
    }

    private mutating func note(_ found: PortSet, _ answer: Contest.Answer, at now: Moment) {
        if !isContested, now.instant - last >= Self.window { run = nil }
        if run == nil { run = Contest(since: now, found: found) }
        run?.found = found
        last = now.instant
        guard !answer.keepsUp else {
            if answer == .prevented, run?.answer.keepsUp == true { run?.answer = answer }
            return
        }
        run?.answer = answer
        lingersUntil = now.instant + Self.linger
    }

    /// The reports that are due now: the contest began, continues, or has ended.
    ///
    /// - Parameter fullTime: When the bucket of repairs is full again.
    mutating func tell(fullTime: Instant, at now: Instant) -> [Event] {
        guard isContested, var run else { return [] }
        if !run.answer.keepsUp, max(lingersUntil, fullTime) <= now { run.answer = .repaired }
        self.run = run
        if run.answer.keepsUp, now - last >= Self.window {
            self = Overwrites()
            return [.calmed(run)]
        }
        // The end of a contest is reported only when it is certain.
        if let told, now < told + Self.window || !isGoingOn(at: now) { return [] }
        told = now
        self.run?.untold = 0
        return [.contested(run)]
    }

    /// When the next report is due, after the reports that are due now. Never in the past.
    func nextTime(fullTime: Instant, after now: Instant) -> Instant? {
        guard isContested, let run else { return nil }
        let end = run.answer.keepsUp ? last + Self.window : max(lingersUntil, fullTime)
        guard let told, told + Self.window > now, isGoingOn(at: told + Self.window) else { return end }
        return min(end, told + Self.window)
    }

    private func isGoingOn(at time: Instant) -> Bool { time - last < Self.window / 2 }
}

extension Contest.Answer {
    /// Whether no overwrite leaves required ports missing for longer than a moment.
    var keepsUp: Bool {
        switch self {
        case .repaired, .prevented: true
        case .paced, .left: false
        }
    }

    /// The text after the count and the writers in a message. Immediate repairs are not mentioned.
    var words: String {
        switch self {
        case .repaired: ""
        case .prevented: "; none took a required port away"
        case .paced: "; the limit on repairs is reached, so required ports are missing between repairs"
        case .left: "; they are not repaired, so required ports are missing"
        }
    }
}
