public import AmtguardCore

/// The program on writes of the list, as the kernel would run it: it records each write of other programs before it is
/// made, and can turn a replacement into an addition.
public struct SimulatedProgram: Sendable {
    public var prevents = false
    /// The unsettled writes.
    public private(set) var log: [Wish] = []
    public private(set) var lost = 0
    /// The positions of lost writes: the index in the log of the write that follows them.
    private var gaps: Set<Int> = []
    /// How many writes may wait in the log.
    public var capacity = 64
    /// How many writes of other programs it has seen, and how many the guard had read at its last look.
    private var seen = 0
    private var expected = 0
    /// What the guard has read and not settled yet.
    private var returned = (writes: 0, lost: 0)

    public init() {}

    /// Records a write that another program is about to make. Returns whether a replacement becomes an addition.
    mutating func note(_ act: Stranger.Act, by writer: Writer?) -> Bool {
        seen += 1
        let isPrevented = prevents && act.replaces
        if log.count < capacity {
            log.append(
                Wish(
                    replaces: act.replaces, isPrevented: isPrevented, act.text, by: writer ?? Writer(pid: 1)))
        } else {
            lost += 1
            gaps.insert(log.count)
        }
        return isPrevented
    }

    /// The guard reads the log.
    mutating func read() -> Wishes {
        expected = seen
        returned = (log.count, lost)
        return Wishes(log, lost: lost, gaps: gaps)
    }

    mutating func settle() {
        log.removeFirst(returned.writes)
        gaps = Set(gaps.map { $0 - returned.writes }.filter { $0 > 0 || ($0 == 0 && lost > returned.lost) })
        lost -= returned.lost
        returned = (0, 0)
    }

    /// Whether the guard may replace the list: no write came since it read the log.
    var admitsReplacement: Bool { seen == expected }
}

extension Stranger.Act {
    fileprivate var replaces: Bool {
        switch self {
        case .replace, .garble, .refused: true
        case .join: false
        }
    }

    fileprivate var text: Wish.Text {
        switch self {
        case .replace(let ports), .join(let ports): .ports(ports)
        case .garble: .unknown
        case .refused(let ports): ports.map(Wish.Text.ports) ?? .refused
        }
    }
}
