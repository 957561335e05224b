import AmtguardCore
import Testing

@Suite struct `The device to ask` {
    static let gsc = `What /sys shows of AMT`.gsc
    static let csme = `What /sys shows of AMT`.csme
    static let old = `What /sys shows of AMT`.old
    static let second = Presence.Device(
        name: "mei2", kind: "mei", state: "ENABLED", firmwareVersion: nil, parent: "0000:00:16.4")
    static let heci = "0000:00:16.0"

    @Test(
        arguments: [
            ([heci], [csme], [heci], .ask([csme])), ([heci], [gsc, csme], [], .ask([csme])),
            ([heci], [old], [], .ask([old])), ([], [csme], [heci], .ask([csme])),
            // The node that is known to offer AMTHI comes first.
            ([heci, "0000:00:16.4"], [csme, second], ["0000:00:16.4"], .ask([second, csme])),
            ([heci], [], [], .none(.noDriver)), ([heci], [gsc], [], .none(.noDriver)),
            ([], [], [heci], .none(.noDriver)), ([], [gsc], [], .none(.graphicsOnly)), ([], [], [], .none(.noDevice)),
            (
                [], [csme], [],
                .none(.failed("the PCI bus shows no management engine interface for mei1"))
            ),
        ] as [([String], [Presence.Device], [String], DeviceChoice)])
    func `is the management engine's, whatever its index`(
        heci: [String], devices: [Presence.Device], offering: [String], choice: DeviceChoice
    ) {
        #expect(Presence(pciFunctions: 9, heci: heci, devices: devices, offeringAMTHI: offering).choice == choice)
    }

    @Test func `is not denied where the PCI bus can't be read`() {
        let presence = Presence(pciFunctions: nil, heci: [], devices: [], offeringAMTHI: [])
        #expect(presence.choice == .none(.failed("the PCI bus can't be read in /sys")))
    }
}
