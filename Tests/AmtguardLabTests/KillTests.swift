import AmtguardCore
import AmtguardLab
import Testing

/// SIGKILL at each step of each change: the record written or not, the list written or not, seen or not.
@Suite struct `A daemon that is killed while it changes the list` {
    enum Change: String, CaseIterable { case start, grow, shrink, release, repair }

    private static let others: PortSet = "5000-5010,7000"
    private static var more: Configuration { configuration("5900") }

    private static func configuration(_ extra: PortSet = "") -> Configuration {
        var configuration = Configuration()
        configuration.onStop = .release
        configuration.extraPorts = extra
        return configuration
    }

    @Test(arguments: Change.allCases, 1...8)
    func `leaves no orphan and takes nothing of others`(change: Change, step: Int) {
        var host = SimulatedHost(seed: 1)
        host.write(.replace(Self.others))
        let before = change == .shrink ? Self.more : Self.configuration()
        let after = change == .grow ? Self.more : Self.configuration()
        if change == .start { host.mischief.killAtStep = step }
        let guardian = host.install(before)
        host.mischief.killAtStep = step
        switch change {
        case .start: break
        case .grow, .shrink: host.reload(guardian, after)
        case .release: host.stop(guardian)
        case .repair:
            host.write(.replace(Self.others))
            host.run(for: .milliseconds(1))
        }
        host.mischief = Mischief()
        host.kill(guardian)
        #expect(host.list.ports.isSuperset(of: Self.others), "\(change), step \(step)")
        // The next daemon takes over, stops regularly, and leaves no port behind.
        host.start(guardian)
        #expect(host.violations == [], "\(change), step \(step)")
        host.stop(guardian)
        #expect(host.list.ports == Self.others, "\(change), step \(step)")
    }

    @Test func `is killed at each of these steps indeed`() {
        var host = SimulatedHost(seed: 1)
        for step in 1...3 {
            host.mischief.killAtStep = step
            let guardian = host.install(Self.configuration())
            #expect(host.daemons[guardian].kills == 1)
        }
    }
}
