import AmtguardCore
import Testing

/// The schedule within the guardian, with a ground like the daemon's.
@Suite struct `A question to the firmware` {
    @Test func `that is abandoned counts once, and the next one has its own time`() {
        var scene = Scene(list: amt)
        scene.now = 200
        scene.see(.ready)
        #expect(scene.told().contains(.askFirmware))
        // The helper does not answer, and the device changes in the meantime.
        scene.now = 210
        scene.see(.deviceChanged)
        scene.now = 220
        scene.see(.firmwareDue)
        let effects = scene.told().filter { if case .report = $0 { false } else { true } }
        #expect(effects == [.abandonQuestion, .askFirmware, .wakeForFirmware(at: at(240).instant)])
        #expect(scene.status.amt.firmware?.outcome == "abandoned")
        // The answer to the second question postpones the next one until the refresh.
        scene.now = 221
        scene.see(.firmware(.answer(.heard(.post, .admin))))
        #expect(scene.told().contains(.wakeForFirmware(at: at(221).instant + Configuration().refresh)))
    }

    @Test func `is put at the start, at a resume and when a person asks, and at no other look`() {
        var scene = Scene(list: amt)
        scene.see(.ready)
        scene.see(.firmware(.answer(.heard(.post, .admin))))
        _ = scene.told()
        scene.now += 30
        scene.look(.audit)
        scene.see(.interfaces([.lo, .eno1("192.0.2.20")]))
        #expect(!scene.told().contains(.askFirmware))
        for observation in [Guardian.Observation.resumed, .reloaded] {
            scene.now += 30
            scene.see(observation)
            #expect(scene.told().contains(.askFirmware))
            scene.see(.firmware(.answer(.heard(.post, .admin))))
            _ = scene.told()
        }
    }

    @Test func `is put when the host gets another address on AMT's interface`() {
        var scene = Scene(list: amt)
        scene.see(.interfaces([.lo, .eno1("192.0.2.20")]))
        scene.see(.ready)
        scene.see(.firmware(.answer(.heard(.post, .admin))))
        _ = scene.told()
        scene.now += 100
        scene.see(.interfaces([.lo, .eno1("192.0.2.21")]))
        #expect(scene.told().contains(.wakeForFirmware(at: at(205).instant)))
    }
}
