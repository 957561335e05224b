import AmtguardCore
import AmtguardLab
import Testing

@Suite struct `A program that keeps overwriting the list` {
    static let tuned = Writer(pid: 977, command: "tuned", unit: "tuned.service")
    private let required = Configuration().guarded

    @Test func `a thousand times a second for an hour is repaired at the pace, and reported each minute`() throws {
        var host = SimulatedHost(seed: 0)
        var configuration = Configuration()
        configuration.pace = Pace(burst: 100, perSecond: 5)
        let guardian = host.install(configuration)
        let begin = host.now
        let hour = Duration.seconds(3_600)
        host.invite(
            Stranger(
                .replace("8080"), at: begin + .milliseconds(1), every: .milliseconds(1), until: begin + hour,
                writer: Self.tuned))
        for minute in 1...60 {
            host.run(until: begin + .seconds(60 * minute))
            // Without a pace this test would simulate every overwrite of the hour.
            try #require(host.daemons[guardian].additions.count <= 101 + 5 * 60 * minute)
        }
        #expect(host.list.strangersWrites >= 3_600_000)

        let daemon = host.daemons[guardian]
        let pace = daemon.configuration.pace
        let most = pace.burst + pace.perSecond * 3_600 + 1
        #expect(daemon.additions.count <= most)
        #expect(daemon.additions.count >= most * 99 / 100, "it never gives up")
        #expect(daemon.looks <= most * 2 + 400, "reading is bounded as well")
        let contests = daemon.events.compactMap { if case .contested(let contest) = $0 { contest } else { nil } }
        #expect((60...61).contains(contests.count))
        #expect(contests.allSatisfy { $0.writers.entries.map(\.writer) == [Self.tuned] })
        #expect(daemon.guardian?.status.contested == true)
        #expect(daemon.guardian?.status.verdict == .exposed)
        #expect(daemon.told.count < pace.burst + 80, "the journal is not flooded")

        // The other program stopped: the bucket is full after twenty seconds, and the contest ends after a minute.
        host.run(for: .seconds(21))
        #expect(host.daemons[guardian].guardian?.status.verdict == .degraded)
        host.run(for: .seconds(40))
        let after = host.daemons[guardian]
        #expect(after.guardian?.status.contested == false)
        #expect(after.guardian?.status.verdict == .protected)
        #expect(host.list.ports == required.union("8080"))
        #expect(after.events.count { if case .calmed = $0 { true } else { false } } == 1)
        host.write(.replace(""), by: Self.tuned)
        host.run(for: .milliseconds(1))
        #expect(host.list.ports == required, "the watch is back")
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `costs no more than the pace over any second, whatever its rhythm`(seed: UInt64) {
        var host = SimulatedHost(seed: seed)
        var configuration = Configuration()
        configuration.pace = Pace(
            burst: .random(in: 1...50, using: &host.random), perSecond: .random(in: 1...50, using: &host.random))
        let guardian = host.install(configuration)
        for _ in 0..<300 {
            host.write(host.random.chance(0.8) ? .replace("1") : .join("2"), isShown: host.random.chance(0.8))
            host.run(for: .milliseconds(host.random.chance(0.05) ? 5_000 : .random(in: 0...40, using: &host.random)))
        }
        let additions = host.daemons[guardian].additions
        for first in additions.indices {
            for last in additions.indices[first...] {
                let window = (additions[last] - additions[first]) / .seconds(1)
                let most = Double(configuration.pace.burst) + window * Double(configuration.pace.perSecond)
                if Double(last - first + 1) > most + 1e-6 {
                    Issue.record("seed \(seed): \(last - first + 1) additions in \(window) s")
                    return
                }
            }
        }
        host.run(for: .seconds(120))
        #expect(host.daemons[guardian].guardian?.status.contested == false, "seed \(seed)")
        #expect(host.list.ports.isSuperset(of: required), "seed \(seed)")
    }

    @Test func `behind another procfs mount is answered within the audit, and then within a second`() {
        var host = SimulatedHost(seed: 0)
        let guardian = host.install()
        host.run(for: .seconds(100))
        host.write(.replace("8080"), isShown: false)
        #expect(host.list.ports == "8080")
        host.run(for: .seconds(30))
        #expect(host.list.ports == required.union("8080"))
        for _ in 0..<100 {
            host.run(for: .milliseconds(5_300))
            host.write(.replace("8080"), isShown: false)
            host.run(for: .seconds(1))
            #expect(host.list.ports == required.union("8080"))
        }
        let unseen = host.daemons[guardian].events.count { if case .unseenWrite = $0 { true } else { false } }
        #expect(unseen == 1)
        // Ten minutes later the audits are slow again.
        host.run(for: .seconds(631))
        let looks = host.daemons[guardian].looks
        host.run(for: .seconds(300))
        #expect((9...11).contains(host.daemons[guardian].looks - looks))
        #expect(host.daemons[guardian].guardian?.status.reasons.contains { $0.id == "unseen-write" } == false)
    }

    @Test(arguments: [1, 3, 10, 19, 21, 50, 100, 333, 1_000])
    func `costs at most 40 lines a minute, whatever its rate, and the verdict says so until it rests`(rate: Int) {
        var host = SimulatedHost(seed: 0)
        let guardian = host.install()
        let before = host.daemons[guardian].told.count
        host.invite(
            Stranger(
                .replace("8080"), at: host.now, every: .seconds(1) / rate, until: host.now + .seconds(120),
                writer: Self.tuned))
        host.run(for: .seconds(120))
        let daemon = host.daemons[guardian]
        #expect(daemon.told.count - before <= (rate == 10 ? 40 : 80))
        let warnings = daemon.told.dropFirst(before).filter { $0.event.journalEntry.priority <= .warning }
        #expect(warnings.count >= 2)
        #expect(daemon.guardian?.status.verdict == (rate > 20 ? .exposed : .degraded))
        #expect(daemon.guardian?.status.overwrites?.writers.first?.command == "tuned")
        host.run(for: .seconds(75))
        #expect(host.daemons[guardian].guardian?.status.verdict == .protected)
        #expect(host.daemons[guardian].told.count - before <= 80)
    }

    @Test func `is no other procfs mount where somebody asks for looks all the time`() {
        for seed in 0..<20 as Range<UInt64> {
            var host = SimulatedHost(seed: seed)
            host.strangersMove = { _ in .replace("5000") }
            let guardian = host.install(watch: Watch(seed.isMultiple(of: 2) ? .fanotify : .inotify))
            host.mischief.strangerBetween = 0.2
            for _ in 0..<300 {
                if host.random.chance(0.5) { host.write(.replace("5000"), by: Self.tuned) }
                host.check(guardian)
                host.run(for: .milliseconds(Int.random(in: 0...300, using: &host.random)))
            }
            let unseen = host.daemons[guardian].events.filter { if case .unseenWrite = $0 { true } else { false } }
            #expect(unseen.isEmpty, "seed \(seed)")
        }
    }

    @Test func `is another amtguard: the two agree, and neither writes again`() {
        var host = SimulatedHost(seed: 0)
        var more = Configuration()
        more.extraPorts = "5900"
        let first = host.install()
        let second = host.install(more)
        host.run(for: .seconds(60))
        #expect(host.list.ports == required.union("5900"))
        let additions = host.daemons.map(\.additions.count)
        #expect(additions == [1, 1])
        host.run(for: .seconds(3_600))
        #expect(host.daemons.map(\.additions.count) == additions)
        host.write(.replace("8080"))
        host.run(for: .seconds(1))
        #expect(host.list.ports == required.union("5900,8080"))
        #expect(host.daemons.map(\.additions.count).reduce(0, +) <= 4)
        #expect([first, second].allSatisfy { host.daemons[$0].guardian?.status.verdict == .protected })
    }
}
