public import AmtguardCore

/// The program on writes of the list, as the kernel would run it: it notes each write of other programs before it is
/// made, and lets a replacement add.
public struct SimulatedProgram: Sendable {
    public var prevents = false
    /// The writes that no guard has settled.
    public private(set) var log: [Wish] = []
    public private(set) var lost = 0
    /// Before which of the log's writes others are missing.
    private var gaps: Set<Int> = []
    /// How many writes may wait in the log.
    public var capacity = 64
    /// How many writes of others it has seen, and how many the guard had read when it looked last.
    private var seen = 0
    private var expected = 0
    /// What the guard has read and not settled.
    private var returned = (writes: 0, lost: 0)

    public init() {}

    /// Another program is about to write. Returns whether its replacement is to add.
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
