/// One write of the list, as a program in the kernel saw it before the kernel parsed its text. It is a wish, not yet a
/// fact: the kernel may still refuse it.
public struct Wish: Hashable, Sendable {
    /// What the writer passed.
    public enum Text: Hashable, Sendable {
        /// A list of ports that the kernel accepts.
        case ports(PortSet)
        /// A text that the kernel refuses, or that changes nothing.
        case refused
        /// A text that was not read completely, or whose effect in the kernel is not certain.
        case unknown
    }

    /// Whether the write was a replacement of the list (position 0); otherwise it adds to the list.
    public var replaces: Bool
    /// Whether the program in the kernel turned the replacement into an addition, so that no port was lost.
    public var isPrevented: Bool
    /// The ports that it asks for.
    public var text: Text
    /// Always known, because the program in the kernel names it.
    public var writer: Writer

    /// A write.
    public init(replaces: Bool, isPrevented: Bool, _ text: Text, by writer: Writer) {
        self.replaces = replaces
        self.isPrevented = isPrevented
        self.text = text
        self.writer = writer
    }
}

extension Wish.Text {
    /// The text as the kernel would parse it.
    ///
    /// The kernel skips newlines before an item, and accepts a comma or a newline after it. It reads `010` as octal and
    /// `0x10` as hexadecimal; here these are unknown. Everything else is refused as a whole (Linux 6.18, 41 texts).
    ///
    /// - Parameter bytes: The complete bytes of the write.
    public init(written bytes: some Collection<UInt8>) {
        var rest = Array(bytes)[...]
        guard !rest.isEmpty else {
            self = .refused
            return
        }
        var ranges: [ClosedRange<UInt16>] = []
        while true {
            rest = rest.drop { $0 == UInt8(ascii: "\n") }
            guard !rest.isEmpty else { break }
            let item = rest.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: ",") }
            switch Self.range(item) {
            case .ports(let ports): ranges += ports.ranges
            case let other:
                self = other
                return
            }
            rest = rest.dropFirst(item.count + 1)
        }
        self = .ports(PortSet(merging: ranges))
    }

    private static func range(_ item: ArraySlice<UInt8>) -> Self {
        let halves = item.split(separator: UInt8(ascii: "-"), maxSplits: 1, omittingEmptySubsequences: false)
        // Octal and hexadecimal numbers, as in C.
        if halves.contains(where: { $0.count > 1 && $0.first == UInt8(ascii: "0") }) { return .unknown }
        let numbers = halves.compactMap { decimal($0, atMost: 5).flatMap { UInt16(exactly: $0) } }
        guard numbers.count == halves.count, let low = numbers.first, let high = numbers.last, low <= high else {
            return .refused
        }
        return .ports(PortSet(merging: [low...high]))
    }
}

/// The writes since the last settled ones.
public struct Wishes: Hashable, Sendable {
    /// In the order in which the kernel saw them.
    public var wishes: [Wish]
    /// How many writes were not recorded, for lack of space.
    public var lost: Int
    /// The positions of the lost writes: the index in `wishes` that follows them, or its count for the end.
    public var gaps: Set<Int>

    /// The writes in their order, and the gaps between them.
    ///
    /// - Parameters:
    ///   - wishes: In the order in which the kernel saw them.
    ///   - lost: How many writes were not recorded, for lack of space.
    ///   - gaps: The positions of the lost writes. By default, they may have come last.
    public init(_ wishes: [Wish] = [], lost: Int = 0, gaps: Set<Int>? = nil) {
        self.wishes = wishes
        self.lost = lost
        self.gaps = gaps ?? (lost > 0 ? [wishes.count] : [])
    }
}
