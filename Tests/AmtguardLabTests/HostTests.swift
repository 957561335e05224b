import AmtguardCore
import AmtguardLab
import Testing

@Suite struct `A day on a simulated host` {
    private let required = Configuration().guarded

    @Test func `that is idle costs one look an audit, and no write`() {
        var host = SimulatedHost(seed: 0)
        let guardian = host.install()
        let looks = host.daemons[guardian].looks
        host.run(for: .seconds(86_400))
        #expect((2_879...2_881).contains(host.daemons[guardian].looks - looks))
        #expect(host.daemons[guardian].additions.count == 1)
        #expect(host.daemons[guardian].told.count == 3)
    }

    @Test func `where AMT is impossible costs nothing at all`() {
        var host = SimulatedHost(seed: 0)
        host.presence.heci = []
        host.presence.machine.chipset = .other("0x1022")
        let guardian = host.install()
        let looks = host.daemons[guardian].looks
        host.run(for: .seconds(86_400))
        #expect(host.daemons[guardian].looks == looks)
        #expect(host.daemons[guardian].additions.isEmpty)
        #expect(host.daemons[guardian].guardian?.status.verdict == .notNeeded)
        host.write(.replace("1"))
        host.run(for: .seconds(1))
        #expect(host.list.ports == "1")
    }

    /// Audits are an hour apart, so none of them helps.
    @Test func `follows an answer of the firmware in less than a second, and says so`() throws {
        var host = SimulatedHost(seed: 0)
        var configuration = Configuration()
        configuration.audit = .seconds(3_600)
        let guardian = host.install(configuration)
        host.run(for: .seconds(100))
        #expect(host.list.ports == required)
        let steps: [(answer: FirmwareAnswer, list: PortSet)] = [
            (try Self.answer("AMTHI=not-offered", "MKHI_CAPABLE=0"), PortSet()),
            (try Self.answer("AMTHI=answers", "PROVISIONING=post", "CONTROL_MODE=admin"), required),
        ]
        for (answer, list) in steps {
            let (start, told) = (host.now, host.daemons[guardian].told.count)
            host.see(guardian, .firmware(.answer(answer)))
            host.run(for: .milliseconds(900))
            #expect(host.list.ports == list)
            let news = host.daemons[guardian].told.dropFirst(told)
            #expect(news.contains { if case .amt = $0.event { true } else { false } })
            #expect(news.contains { if case .verdict = $0.event { true } else { false } })
            #expect(news.allSatisfy { $0.at - start < .seconds(1) })
            host.run(for: .seconds(7_300))
        }
    }

    private static func answer(_ lines: String...) throws -> FirmwareAnswer {
        let text = (["OUTCOME=answered", "DEVICE=mei0", "DEVICE_STATE=ENABLED"] + lines + ["END=1"])
            .map { $0 + "\n" }.joined()
        return try FirmwareAnswer(parsing: Array(text.utf8))
    }

    @Test func `with eight hours of sleep: the clock jumps, and all is as it was`() {
        var host = SimulatedHost(seed: 0)
        let guardian = host.install()
        host.run(for: .seconds(100))
        host.sleep(.seconds(8 * 3_600))
        host.check(guardian)
        host.run(for: .seconds(60))
        #expect(host.daemons[guardian].additions.count == 1)
        #expect(host.daemons[guardian].guardian?.status.verdict == .protected)
        let seen = host.daemons[guardian].guardian?.status.observed.bootUSec ?? 0
        #expect(host.now.sinceBoot.microseconds - seen <= 30_000_000)
        #expect(host.violations == [])
    }

    @Test func `with eight hours of sleep in the middle of a contest: it is over, and the next one is reported`() {
        var host = SimulatedHost(seed: 0)
        let guardian = host.install()
        for _ in 0..<2 {
            for _ in 0..<101 {
                host.write(.replace("1"))
                host.run(for: .microseconds(1))
            }
            #expect(host.daemons[guardian].guardian?.status.contested == true)
            host.sleep(.seconds(8 * 3_600))
            host.run(for: .seconds(60))
            #expect(host.daemons[guardian].guardian?.status.contested == false)
            #expect(host.list.ports == required.union("1"))
        }
        let contests = host.daemons[guardian].events.filter { if case .contested = $0 { true } else { false } }
        #expect((2...4).contains(contests.count))
    }

    @Test(arguments: [Obstacle.readOnly, .notPermitted, .busy, .failed("Input/output error")])
    func `whose kernel refuses, and one day does not`(obstacle: Obstacle) {
        var host = SimulatedHost(seed: 0)
        host.write(.replace("8080"))
        host.list.refusal = obstacle
        let guardian = host.install()
        host.run(for: .seconds(3_600))
        #expect(host.daemons[guardian].guardian?.status.verdict == .exposed)
        #expect(host.daemons[guardian].events.count { if case .obstructed = $0 { true } else { false } } == 1)
        #expect((119...122).contains(host.daemons[guardian].additions.count), "a try at each audit")
        for _ in 0..<100 {
            host.write(.join("9"))
            host.run(for: .milliseconds(1))
        }
        #expect(host.daemons[guardian].additions.count <= 123, "none at the writes of others")
        host.list.refusal = nil
        host.run(for: .seconds(31))
        #expect(host.list.ports == required.union("9,8080"))
        #expect(host.daemons[guardian].guardian?.status.verdict == .protected)
        #expect(host.daemons[guardian].owned == required)
        #expect(host.violations == [])
    }

    @Test func `whose list can't be read for an hour`() {
        var host = SimulatedHost(seed: 0)
        let guardian = host.install()
        host.list.unreadable = .malformed("<html>")
        host.run(for: .seconds(3_600))
        #expect(host.daemons[guardian].guardian?.status.verdict == .exposed)
        #expect(host.daemons[guardian].guardian?.status.ports.reserved == nil)
        #expect(host.daemons[guardian].events.count { if case .obstructed = $0 { true } else { false } } == 1)
        host.write(.replace(""))
        host.list.unreadable = nil
        host.run(for: .seconds(31))
        #expect(host.list.ports == required)
        #expect(host.daemons[guardian].guardian?.status.verdict == .protected)
    }

    @Test func `without any watch is repaired by audits alone`() {
        var host = SimulatedHost(seed: 0)
        let guardian = host.install(watch: Watch(.none))
        for _ in 0..<20 {
            host.write(.replace("8080"))
            host.run(for: .seconds(30))
            #expect(host.list.ports == required.union("8080"))
        }
        #expect(host.daemons[guardian].guardian?.status.verdict == .degraded)
        #expect(host.daemons[guardian].guardian?.status.repairs.count == 20)
    }
}
