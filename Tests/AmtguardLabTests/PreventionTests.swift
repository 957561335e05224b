import AmtguardCore
import AmtguardLab
import Foundation
import Testing

/// The list that the program in the kernel keeps, compared with the writers' requests.
@Suite struct `A list on which writes are prevented` {
    private static let required = Configuration().guarded

    /// Two thousand runs in twenty cases, so that they share the cores; `RUNS=500` makes it ten thousand.
    private static let runs = UInt64(ProcessInfo.processInfo.environment["RUNS"] ?? "") ?? 100

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `is soon what the last replacement, later additions and amtguard ask for`(block: UInt64) {
        var tally = Tally()
        for seed in block * Self.runs..<(block + 1) * Self.runs { run(seed, &tally) }
        // The runs only count if these happened often.
        #expect(tally.kills > 50 && tally.writes > 300 && tally.exact > 30 && tally.uncertain > 5)
    }

    private struct Tally {
        var kills = 0
        var writes = 0
        /// Runs with an exactly known end; runs after an unknown text, or a write that was not recorded.
        var exact = 0
        var uncertain = 0
    }

    private func run(_ seed: UInt64, _ tally: inout Tally) {
        var host = SimulatedHost(seed: seed)
        host.program = SimulatedProgram()
        // Every fifth run has room for two writes, so a burst loses some.
        if seed.isMultiple(of: 5) { host.program?.capacity = 2 }
        host.strangersMove = Self.move
        host.write(Self.move(&host))
        let guardian = host.install(watch: Watch(.bpf))
        host.mischief.killBeforeEffect = 0.03
        host.mischief.killBeforeReadBack = 0.05
        host.mischief.strangerBetween = 0.05
        host.mischief.slowWrite = 0.2
        for _ in 0..<Int.random(in: 4...14, using: &host.random) {
            switch Int.random(in: 0..<10, using: &host.random) {
            case 0..<4: host.write(Self.move(&host))
            case 4: for _ in 0..<Int.random(in: 2...6, using: &host.random) { host.write(Self.move(&host)) }
            case 5: host.kill(guardian)
            case 6...7: host.start(guardian)
            default: break
            }
            // The required ports never leave the list once the program keeps them.
            if host.program?.prevents == true {
                #expect(host.list.ports.isSuperset(of: Self.required), "seed \(seed)")
            }
            host.run(for: .milliseconds(Int.random(in: 0...2_000, using: &host.random)))
        }
        host.mischief = Mischief()
        let isUncertain = host.list.isUncertain
        host.start(guardian)
        host.run(for: .seconds(1))

        let list = host.list
        let asked = list.without.union(Self.required)
        #expect(list.ports.isSuperset(of: asked), "seed \(seed)")
        #expect(host.program?.log.isEmpty == true, "seed \(seed)")
        if isUncertain {
            tally.uncertain += 1
        } else {
            #expect(list.ports == asked, "seed \(seed)")
            tally.exact += 1
        }
        #expect(list.stolen == "", "seed \(seed)")
        tally.kills += host.daemons[guardian].kills
        tally.writes += list.strangersWrites
    }

    @Sendable private static func move(_ host: inout SimulatedHost) -> Stranger.Act {
        let mark = 20_000 + UInt16(host.list.strangersWrites)
        var ports = PortSet(merging: [mark...mark])
        if host.random.chance(0.3) { ports = ports.union("16993") }
        if host.random.chance(0.3) { ports = ports.union("5000-5010") }
        return switch Int.random(in: 0..<20, using: &host.random) {
        case 0..<10: .replace(ports)
        case 10..<16: .join(ports)
        case 16: .garble(ports)
        // Otherwise a later write could look like this one.
        case 17: .refused(PortSet(merging: [40_000...40_000]))
        default: .refused(nil)
        }
    }
}
