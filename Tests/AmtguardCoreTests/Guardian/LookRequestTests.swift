import Testing

@testable import AmtguardCore

@Suite struct `A requirement that changes` {
    /// Whenever an observation, in any order, changes the required ports or the permission to write, the guardian
    /// itself requests the look that acts on it, and changes the holds at once.
    @Test(arguments: 0..<200 as Range<UInt64>)
    func `asks for a look at once`(seed: UInt64) {
        var random = Seeded(seed)
        var guardian = Guardian(remembering: Memory(scope: scope))
        var seconds = 100.0
        var changes = 0
        for _ in 0..<200 {
            seconds += Double.random(in: 0...5, using: &random)
            let former = (guardian.reservation.required, guardian.reservation.writes)
            let observation = Self.observation(&random)
            let effects = guardian.observe(observation, at: at(seconds))
            #expect(guardian.holding.plan == guardian.holdPlan, "seed \(seed): \(observation)")
            if case .list = observation, case .overwritten = guardian.reservation.state {
            } else if case .list = observation {
                let isBusy = effects.contains {
                    if case .look(let at) = $0 { at.sinceBoot <= .seconds(seconds) } else { false }
                }
                #expect(!isBusy, "seed \(seed): \(observation): a look at once after a look is a loop")
            }
            guard former != (guardian.reservation.required, guardian.reservation.writes) else { continue }
            changes += 1
            let asks = effects.contains { if case .look(let time) = $0 { time <= at(seconds).instant } else { false } }
            #expect(asks, "seed \(seed): \(observation)")
        }
        #expect(changes > 0, "seed \(seed)")
    }

    @Test func `from impossible to provisioned is acted on without anybody's help`() {
        var scene = Scene(presence: StateJudgementTests.withoutAMTHI)
        scene.see(.firmware(.answer(.mkhi(false, nil))))
        scene.lookAsAsked()
        #expect(scene.list.isEmpty && scene.status.verdict == .notNeeded)
        scene.now += 3_600
        scene.see(.firmware(.answer(.provisioned(.admin))))
        scene.lookAsAsked()
        #expect(scene.list == amt && scene.status.verdict == .protected)
        #expect(scene.status.amt.state == "provisioned")
    }

    private static func observation(_ random: inout Seeded) -> Guardian.Observation {
        func pick<Value>(_ values: [Value]) -> Value { values[Int.random(in: values.indices, using: &random)] }
        let prompt = pick([Prompt.watch, .audit, .request, .readBack, .token])
        switch Int.random(in: 0..<18, using: &random) {
        case 0...2:
            let list: PortSet = pick(["", "8080", "623,8080", "623,664,16992-16995", "623,664,5900,16992-16995"])
            return .list(.ports(list), prompt)
        case 3: return .list(.obstacle(pick([.missing, .malformed("x")])), prompt)
        case 4: return .refused(pick([.readOnly, .busy]))
        case 5: return .written(by: pick([[], [sysctl]]))
        case 6:
            return .presence(pick([.csme, .without, StateJudgementTests.withoutAMTHI, StateJudgementTests.busless]))
        case 7...9:
            return .firmware(
                pick([
                    .answer(.mkhi(false, nil)), .answer(.provisioned(.admin)), .answer(.disabled), .failed(.noHelper),
                    .answer(FirmwareAnswer(.noDevice)),
                ]))
        case 10: return .smbios(pick([nil, .on, .off, .unsupported, .vProAlone]))
        case 11: return .interfaces(pick([nil, []]))
        case 12: return .wirelessDiverted(pick([nil, true, false]))
        case 13: return .choice(pick([nil, .wide, .usual]))
        case 14: return .watch(Watch(pick([.fanotify, .inotify, .none])))
        case 15...16:
            var configuration = Configuration()
            configuration.mode = pick([.auto, .always, .observe])
            configuration.extraPorts = pick(["", "5900"])
            configuration.onStop = pick([.keep, .release])
            return .configuration(configuration, pick([[], VerdictTests.problems]))
        default: return pick([.started, .runtimeDirectory(problem: "x"), .sockets(nil), .holds(HoldReading(), prompt)])
        }
    }
}

extension Scene {
    /// Acts like the daemon's timer: carries out the last requested look, if it is due.
    mutating func lookAsAsked() {
        let looks = told().compactMap { if case .look(let time) = $0 { time } else { nil } }
        if let time = looks.last, time <= at(now).instant { look(.token) }
    }
}
