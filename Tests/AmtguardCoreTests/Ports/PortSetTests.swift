import AmtguardCore
import Testing

@Suite struct `A set of ports` {
    @Test(
        arguments: [
            ([5...5, 1...3, 4...4], [1...5]),
            ([10...20, 15...30, 31...31], [10...31]),
            ([1...1, 3...3], [1...1, 3...3]),
            ([0...65535, 7...7], [0...65535]),
            ([65535...65535, 0...0, 65534...65534], [0...0, 65534...65535]),
            ([], []),
        ] as [([ClosedRange<UInt16>], [ClosedRange<UInt16>])])
    func `is sorted, disjoint and maximal, however it was written`(
        written: [ClosedRange<UInt16>], kept: [ClosedRange<UInt16>]
    ) {
        let set = PortSet(merging: written)
        #expect(set.ranges == kept)
        #expect(set == PortSet(merging: written.reversed()))
        #expect(set.fingerprint == PortSet(merging: kept).fingerprint)
    }

    @Test(arguments: 0..<100 as Range<UInt64>)
    func `agrees with a plain set in all of its algebra`(seed: UInt64) {
        var random = Seeded(seed)
        // Small universes produce neighbours and overlaps; the last two include a limit of the whole range.
        let universe: ClosedRange<UInt16> = [0...15, 0...300, 65400...65535, 0...65535][Int(seed % 4)]
        func some() -> (Set<UInt16>, PortSet) {
            let ranges = (0..<Int.random(in: 0...12, using: &random)).map { _ in
                let low = UInt16.random(in: universe, using: &random)
                return low...UInt16(min(Int(universe.upperBound), Int(low) + .random(in: 0...40, using: &random)))
            }
            return (Set(ranges.flatMap { Array($0) }), PortSet(merging: ranges))
        }
        let (a, portsA) = some()
        let (b, portsB) = some()
        #expect(members(portsA) == a, "seed \(seed)")
        #expect(members(portsA.union(portsB)) == a.union(b), "seed \(seed)")
        #expect(members(portsA.subtracting(portsB)) == a.subtracting(b), "seed \(seed)")
        #expect(members(portsA.intersection(portsB)) == a.intersection(b), "seed \(seed)")
        #expect(portsA.isSuperset(of: portsB) == a.isSuperset(of: b), "seed \(seed)")
        #expect(portsA.isSuperset(of: portsA.intersection(portsB)), "seed \(seed)")
        #expect((portsA == portsB) == (a == b), "seed \(seed)")
        #expect(portsA.count == a.count && portsA.isEmpty == a.isEmpty, "seed \(seed)")
        for port in [UInt16.random(in: universe, using: &random), universe.lowerBound, universe.upperBound] {
            #expect(portsA.contains(port) == a.contains(port), "seed \(seed), port \(port)")
        }
        for made in [portsA.union(portsB), portsA.subtracting(portsB), portsA.intersection(portsB)] {
            #expect(isCanonical(made), "seed \(seed)")
            // Equal sets can't be distinguished, however they were made.
            let again = PortSet(merging: members(made).map { $0...$0 })
            #expect(again == made && again.fingerprint == made.fingerprint, "seed \(seed)")
        }
    }

    @Test func `has another fingerprint when a port joins or leaves`() {
        let sets: [PortSet] = ["", "0", "1", "0-1", "623", "623,664", amt, "623,664,16992-16994", "0-65535"]
        #expect(Set(sets.map(\.fingerprint)).count == sets.count)
    }

    private func members(_ set: PortSet) -> Set<UInt16> { Set(set.ranges.flatMap { Array($0) }) }

    private func isCanonical(_ set: PortSet) -> Bool {
        zip(set.ranges, set.ranges.dropFirst()).allSatisfy { Int($0.upperBound) + 1 < Int($1.lowerBound) }
    }
}
