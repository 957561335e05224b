/// A set of TCP or UDP ports.
///
/// The ranges are kept sorted, disjoint and maximal. So two sets are equal exactly when the kernel would reserve the
/// same ports for them, in any notation.
public struct PortSet: Hashable, Sendable {
    /// Ascending, with at least one port between any two.
    public let ranges: [ClosedRange<UInt16>]

    /// The set of all ports in `ranges`, which may overlap and come in any order.
    public init(_ ranges: ClosedRange<UInt16>...) {
        self.init(merging: ranges)
    }

    /// The set of all ports in `ranges`, which may overlap and come in any order.
    public init(merging ranges: [ClosedRange<UInt16>]) {
        guard !Self.areCanonical(ranges) else {
            self.ranges = ranges
            return
        }
        var merged: [ClosedRange<UInt16>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = merged.last, Int(range.lowerBound) <= Int(last.upperBound) + 1 {
                merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        self.ranges = merged
    }

    /// The kernel prints a canonical list, which needs no sorting and no copy.
    private static func areCanonical(_ ranges: [ClosedRange<UInt16>]) -> Bool {
        zip(ranges, ranges.dropFirst()).allSatisfy { Int($0.upperBound) + 1 < Int($1.lowerBound) }
    }

    /// Whether the set holds no port.
    public var isEmpty: Bool { ranges.isEmpty }

    /// How many ports the set holds.
    public var count: Int { ranges.reduce(0) { $0 + $1.count } }

    /// Whether `port` is in the set.
    public func contains(_ port: UInt16) -> Bool {
        ranges.contains { $0.contains(port) }
    }
}

// MARK: - Algebra

extension PortSet {
    /// The ports that are in either set.
    public func union(_ other: PortSet) -> PortSet {
        guard !isSuperset(of: other) else { return self }
        return isEmpty ? other : PortSet(merging: ranges + other.ranges)
    }

    /// The ports of this set that are not in `other`.
    public func subtracting(_ other: PortSet) -> PortSet {
        guard !isEmpty, !other.isEmpty else { return self }
        var rest: [ClosedRange<UInt16>] = []
        var others = other.ranges[...]
        for range in ranges {
            var low = Int(range.lowerBound)
            while let taken = others.first, taken.upperBound < range.lowerBound { others = others.dropFirst() }
            for taken in others {
                guard taken.lowerBound <= range.upperBound else { break }
                if low < Int(taken.lowerBound) { rest.append(UInt16(low)...(taken.lowerBound - 1)) }
                low = Int(taken.upperBound) + 1
            }
            if low <= Int(range.upperBound) { rest.append(UInt16(low)...range.upperBound) }
        }
        return PortSet(merging: rest)
    }

    /// The ports that are in both sets.
    public func intersection(_ other: PortSet) -> PortSet {
        var common: [ClosedRange<UInt16>] = []
        var (own, others) = (ranges[...], other.ranges[...])
        while let one = own.first, let another = others.first {
            let low = max(one.lowerBound, another.lowerBound)
            let high = min(one.upperBound, another.upperBound)
            if low <= high { common.append(low...high) }
            if one.upperBound < another.upperBound { own.removeFirst() } else { others.removeFirst() }
        }
        return PortSet(merging: common)
    }

    /// Whether every port of `other` is in this set.
    public func isSuperset(of other: PortSet) -> Bool {
        var own = ranges[...]
        return other.ranges.allSatisfy { range in
            while let first = own.first, first.upperBound < range.lowerBound { own.removeFirst() }
            return own.first.map { $0.lowerBound <= range.lowerBound && range.upperBound <= $0.upperBound } ?? false
        }
    }
}
