import AmtguardCore
import AmtguardLab
import Testing

@Suite struct `Other writers, and a daemon that is killed and started again` {
    static let required = Configuration().guarded

    /// A thousand runs in twenty cases, so that they share the cores.
    @Test(arguments: 0..<20 as Range<UInt64>)
    func `lose no port of theirs, and every required port is there at the end`(block: UInt64) {
        var tally = Tally()
        for seed in block * 50..<(block + 1) * 50 { run(seed, &tally) }
        // The runs only count if each of these happened, and often.
        #expect(tally.kills > 20)
        #expect(tally.strangersWrites > 200)
        #expect(tally.released > 5)
        #expect(tally.asIfNeverThere > 2)
    }

    struct Tally {
        var kills = 0
        var strangersWrites = 0
        /// Runs that ended with `OnStop=release` and had ports to release.
        var released = 0
        /// Those of them without doubtful ports: the list equals that of the run without amtguard.
        var asIfNeverThere = 0
    }

    private func run(_ seed: UInt64, _ tally: inout Tally) {
        var host = SimulatedHost(seed: seed)
        host.strangersMove = Self.move
        host.write(Self.move(&host))
        var configuration = Configuration()
        configuration.onStop = seed.isMultiple(of: 2) ? .release : .keep
        let guardian = host.install(configuration, watch: Watch(seed.isMultiple(of: 3) ? .inotify : .fanotify))
        host.mischief.killBeforeEffect = 0.05
        host.mischief.killBeforeReadBack = 0.1
        host.mischief.strangerBetween = 0.05
        host.mischief.collision = seed.isMultiple(of: 5) ? 0.1 : 0
        for _ in 0..<Int.random(in: 4...14, using: &host.random) {
            switch Int.random(in: 0..<10, using: &host.random) {
            case 0..<4: host.write(Self.move(&host), isShown: host.random.chance(0.7))
            case 4: host.kill(guardian)
            case 5...6: host.start(guardian)
            case 7: host.check(guardian)
            default: break
            }
            host.run(for: .milliseconds(Int.random(in: 0...40_000, using: &host.random)))
        }
        // Without disturbances: one start, if needed, and one audit.
        host.mischief = Mischief()
        host.start(guardian)
        host.run(for: .seconds(31))

        let list = host.list
        #expect(list.ports.isSuperset(of: Self.required), "seed \(seed)")
        #expect(list.ports.isSuperset(of: list.without.subtracting(list.lost)), "seed \(seed)")
        #expect(Self.required.isSuperset(of: list.ports.subtracting(list.without)), "seed \(seed)")
        #expect(host.violations == [], "seed \(seed)")

        let owned = host.daemons[guardian].owned
        host.stop(guardian)
        if configuration.onStop == .keep {
            #expect(host.list.ports == list.ports, "seed \(seed)")
        } else {
            #expect(host.list.ports == list.ports.subtracting(owned), "seed \(seed)")
            if !owned.isEmpty { tally.released += 1 }
            if !owned.isEmpty, owned == list.placed, list.lost.isEmpty {
                #expect(host.list.ports == list.without, "seed \(seed)")
                tally.asIfNeverThere += 1
            }
        }
        #expect(host.list.stolen.isEmpty || host.list.strangersWrites > list.strangersWrites, "seed \(seed)")
        tally.kills += host.daemons[guardian].kills
        tally.strangersWrites += list.strangersWrites
    }

    /// Ports that never existed before, so that each write leaves a unique list, and sometimes some required ports.
    @Sendable private static func move(_ host: inout SimulatedHost) -> Stranger.Act {
        let mark = 20_000 + UInt16(host.list.strangersWrites)
        var ports = PortSet(mark...mark)
        for port: UInt16 in [623, 664, 16992, 16993, 16994, 16995, 8080, 65535] where host.random.chance(0.15) {
            ports = ports.union(PortSet(port...port))
        }
        return host.random.chance(0.5) ? .replace(ports) : .join(ports)
    }

    @Test(arguments: [
        (0.0, 1.0, "killed after it added, before it saw it"), (1.0, 0.0, "killed before it wrote anything down"),
    ])
    func `leave no orphan if no other program wrote`(beforeEffect: Double, beforeReadBack: Double, why: String) {
        var host = SimulatedHost(seed: 1)
        host.write(.replace("8080"))
        host.mischief.killBeforeEffect = beforeEffect
        host.mischief.killBeforeReadBack = beforeReadBack
        var configuration = Configuration()
        configuration.onStop = .release
        let guardian = host.install(configuration)
        #expect(host.daemons[guardian].kills == 1)
        host.mischief = Mischief()
        host.start(guardian)
        #expect(host.daemons[guardian].owned == Self.required, "\(why)")
        host.stop(guardian)
        #expect(host.list.ports == "8080", "\(why)")
        #expect(host.violations == [])
    }

    @Test(arguments: 0..<50 as Range<UInt64>)
    func `do not make it an owner of what somebody added while it was dead`(seed: UInt64) {
        var host = SimulatedHost(seed: seed)
        var configuration = Configuration()
        configuration.onStop = .release
        let guardian = host.install(configuration)
        host.kill(guardian)
        let mine = UInt16.random(in: 1...60_000, using: &host.random)
        host.write(.join(PortSet(mine...mine).union("16992")))
        host.start(guardian)
        host.stop(guardian)
        #expect(host.list.ports.isSuperset(of: host.list.without), "seed \(seed)")
    }
}

extension PortSet: ExpressibleByStringLiteral {
    init(stringLiteral text: String) {
        guard let set = try? PortSet(kernel: Array(text.utf8)) else { preconditionFailure("no list: \(text)") }
        self = set
    }
}
