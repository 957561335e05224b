import Testing

@testable import AmtguardCore

@Suite struct `The address of AMT` {
    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var settings: LANSettings
        var interfaces: [HostInterface]?
        var medium = AMTInterface.Medium.wired
        var isDiverted: Bool?
        var word: String
        var rule: AMTAddress.Rule?
        var names: [String] = []
        var addresses: [String] = []

        init(
            _ description: String, _ settings: LANSettings, _ interfaces: [HostInterface]?, _ word: String,
            _ rule: AMTAddress.Rule? = nil, with names: [String] = [], at addresses: [String] = []
        ) {
            testDescription = description
            self.settings = settings
            self.interfaces = interfaces
            self.word = word
            self.rule = rule
            self.names = names
            self.addresses = addresses
        }

        func wireless(diverted: Bool?) -> Row {
            var row = self
            row.testDescription += ", diverted: \(diverted.map(String.init) ?? "not known")"
            row.medium = .wireless
            row.isDiverted = diverted
            return row
        }
    }

    static let host: [HostInterface] = [.lo, .eno1("192.0.2.20")]
    static let bridged = [
        HostInterface.lo,
        HostInterface(index: 2, name: "eno1", mac: wiredMAC, permanentMAC: wiredMAC, master: 9),
        HostInterface(index: 9, name: "br0", mac: wiredMAC, kind: "bridge", ipv4: [ip("192.0.2.20")]),
    ]
    static var off: LANSettings {
        var settings = LANSettings.wired("0.0.0.0")
        settings.enabled = false
        return settings
    }

    static let rows = [
        // any, any, equals an address of H.
        Row(
            "passive, the host's", .wired("192.0.2.20"), host, "shared", .sameLease, with: ["eno1"], at: ["192.0.2.20"]),
        Row(
            "active, the host's", .wired("192.0.2.20", .active), host, "shared", .sameLease, with: ["eno1"],
            at: ["192.0.2.20"]),
        Row(
            "off, the host's all the same",
            {
                var s = LANSettings.wired("192.0.2.20"); s.enabled = false; return s
            }(), host, "shared", .sameLease,
            with: ["eno1"], at: ["192.0.2.20"]),
        Row("on a bridge", .wired("192.0.2.20"), bridged, "shared", .sameLease, with: ["br0"], at: ["192.0.2.20"]),
        Row(
            "one of several", .wired("192.0.2.20"), [.eno1("198.51.100.1", "192.0.2.20")], "shared", .sameLease,
            with: ["eno1"], at: ["192.0.2.20"]),
        Row("reversed", .wired("20.2.0.192"), host, "shared", .sameReversed, with: ["eno1"], at: ["192.0.2.20"]),
        // Two interfaces with the same MAC address.
        Row(
            "docked, on the dock", .wired("192.0.2.21"), [.eno1(), .dock("192.0.2.21")], "shared", .sameLease,
            with: ["enx0"], at: ["192.0.2.21"]),
        Row(
            "docked, no lease yet", .wired("0.0.0.0"), [.eno1(), .dock("192.0.2.21")], "shared", .awaitsLease,
            with: ["enx0"], at: ["192.0.2.21"]),
        Row(
            "two of them, both with addresses", .wired("0.0.0.0"), [.eno1("192.0.2.20"), .dock("192.0.2.21")], "shared",
            .awaitsLease, with: ["eno1", "enx0"], at: ["192.0.2.20", "192.0.2.21"]),
        Row("undocked, the cable out", .wired("192.0.2.21"), [.eno1()], "shared", .formerLease, with: ["eno1"]),
        Row("undocked, no such interface", .wired("192.0.2.21"), [.lo, .wlan0("192.0.2.30")], "unknown"),
        // 1, passive.
        Row("passive, none yet", .wired("0.0.0.0"), host, "shared", .awaitsLease, with: ["eno1"], at: ["192.0.2.20"]),
        Row("passive, another", .wired("192.0.2.99"), host, "shared", .formerLease, with: ["eno1"], at: ["192.0.2.20"]),
        Row("passive, none, and the interfaces unreadable", .wired("0.0.0.0"), nil, "unknown"),
        Row("passive, no interface of the host", .wired("0.0.0.0"), [.lo], "unknown"),
        // 1, active.
        Row("active, another", .wired("192.0.2.99", .active), host, "separate", .ownLease),
        Row("active, none yet", .wired("0.0.0.0", .active), host, "separate", .ownLease),
        Row("active, another, the interfaces unreadable", .wired("192.0.2.99", .active), nil, "unknown"),
        // 0.
        Row(
            "static, the host's", .wired("192.0.2.20", dhcp: false), host, "shared", .sameStatic, with: ["eno1"],
            at: ["192.0.2.20"]),
        Row("static, another", .wired("192.0.2.99", dhcp: false), host, "separate", .ownStatic),
        Row("static, none", .wired("0.0.0.0", dhcp: false), host, "none"),
        Row("static, none, the interfaces unreadable", .wired("0.0.0.0", dhcp: false), nil, "none"),
        Row(
            "static, that of an interface which is not AMT's", .wired("192.0.2.30", dhcp: false),
            [.wlan0("192.0.2.30")], "unknown"),
        // Interfaces that do not exist or are off, and values without a meaning.
        Row("no such interface", .none, host, "none"), Row("no such interface, unreadable", .none, nil, "none"),
        Row("off, and no address", off, host, "none"),
        Row("a mode of no meaning", .wired("192.0.2.99", LANSettings.DHCPMode(rawValue: 9)), host, "unknown"),
        // Wi-Fi: the meaning of its modes is unknown; AMT gets packets through the host only by iwlmei.
        Row("no Wi-Fi", .none, host, "none").wireless(diverted: true),
        Row(
            "Wi-Fi", .wireless("192.0.2.30"), [.wlan0("192.0.2.30")], "shared", .sameLease, with: ["wlan0"],
            at: ["192.0.2.30"]
        )
        .wireless(diverted: true),
        Row("Wi-Fi", .wireless("192.0.2.30"), [.wlan0("192.0.2.30")], "unknown").wireless(diverted: false),
        Row("Wi-Fi", .wireless("192.0.2.30"), [.wlan0("192.0.2.30")], "unknown").wireless(diverted: nil),
        Row("Wi-Fi without an address", .wireless("0.0.0.0"), [.wlan0("192.0.2.30")], "unknown").wireless(
            diverted: true),
        Row("Wi-Fi with another", .wireless("192.0.2.99"), [.wlan0("192.0.2.30")], "unknown").wireless(diverted: true),
        Row("Wi-Fi, unreadable", .wireless("192.0.2.99"), nil, "unknown").wireless(diverted: true),
    ]

    @Test(arguments: rows)
    func `follows from its settings and the host's interfaces`(row: Row) {
        let address = AMTInterface(
            row.medium, .known(row.settings), among: row.interfaces, isWirelessDiverted: row.isDiverted
        ).address
        #expect(address.word == row.word, "\(address.because)")
        #expect(address.rule == row.rule)
        #expect(address.hostInterfaces == row.names)
        #expect(address.hostAddresses == row.addresses.map { ip($0) })
        #expect(!address.because.isEmpty && address.because.oneLineOnly)
    }

    @Test func `is not known if the firmware does not report it, and says why`() {
        for medium in AMTInterface.Medium.allCases {
            #expect(
                AMTInterface(medium, .unknown(.refused(AMTStatus(rawValue: 0x814))), among: Self.host).address
                    == .unknown("status NOT_FOUND"))
        }
    }

    @Test func `is matched again in memory when the host's addresses change`() {
        var scene = Scene()
        scene.hear(.heard(.post, .admin, wired: .wired("192.0.2.20")))
        #expect(scene.status.amt.interfaces?.map(\.address) == ["shared", "none"])
        #expect(scene.status.amt.interfaces?.first?.rule == "same-lease")
        scene.see(.interfaces([.lo, .eno1("192.0.2.21")]))
        #expect(scene.status.amt.interfaces?.first?.rule == "former-lease")
        #expect(scene.status.amt.interfaces?.first?.hostAddresses == ["192.0.2.21"])
        scene.see(.interfaces(nil))
        #expect(scene.status.amt.address == "unknown")
    }

    @Test(arguments: [true, false])
    func `is not forgotten where the firmware falls silent before it tells`(isStateTold: Bool) {
        var scene = Scene()
        scene.hear(.heard(.post, .admin, wired: .wired("192.0.2.20")))
        let half = FirmwareAnswer.heard(.post, .admin).with {
            $0.wired = .unknown(.noAnswer)
            $0.amtVersion = .unknown(.refused(.notReady))
            if !isStateTold { $0.provisioningState = .unknown(.refused(.notReady)) }
        }
        // Repetition changes nothing.
        for _ in 0..<3 { scene.see(.firmware(.answer(half))) }
        #expect(scene.status.amt.version == "15.0.42")
        #expect(scene.status.amt.interfaces?.map(\.address) == ["shared", "none"])
        #expect(
            scene.status.amt.interfaces?[0].evidence == "AMT has the same address by DHCP, as the firmware said before")
        #expect(scene.status.amt.interfaces?[1].evidence == "AMT has no wireless interface", "which it says now")
        scene.see(.firmware(.failed(.abandoned)))
        #expect(scene.status.amt.interfaces?.first?.address == "shared")
        scene.see(.firmware(.answer(.disabled)))
        #expect(scene.status.amt.interfaces?.map(\.address) == ["unknown", "unknown"], "that it is off now counts")
    }

    @Test func `of Wi-Fi alone`() {
        var scene = Scene()
        scene.see(.interfaces([.lo, .wlan0("192.0.2.30")]))
        scene.see(.firmware(.answer(.heard(.post, .admin, wired: .none, wireless: .wireless("192.0.2.30")))))
        #expect(scene.status.amt.interfaces?.map(\.address) == ["none", "unknown"])
        scene.see(.wirelessDiverted(true))
        #expect(scene.status.amt.interfaces?.map(\.address) == ["none", "shared"])
        #expect(scene.status.amt.address == "shared")
    }

    @Test func `of Wi-Fi is not forgotten either`() {
        var scene = Scene()
        scene.hear(.heard(.post, .admin, wireless: .wireless("192.0.2.30")))
        scene.see(.firmware(.answer(.heard(.post, .admin).with { $0.wireless = .unknown(.noAnswer) })))
        #expect(scene.status.amt.interfaces?.last?.ip == "192.0.2.30")
        #expect(scene.status.amt.interfaces?.last?.evidence.hasSuffix("as the firmware said before") == true)
    }

    @Test(arguments: [("0.0.0.0", "it has no address yet"), ("192.0.2.99", "it has 192.0.2.99")])
    func `on Wi-Fi that is not the host's is not known, for this reason`(address: String, words: String) {
        let interface = AMTInterface(
            .wireless, .known(.wireless(address)), among: [.wlan0("192.0.2.30")], isWirelessDiverted: true)
        #expect(interface.address == .unknown("\(words), and what its DHCP mode passive means on Wi-Fi is not known"))
    }

    @Test func `on Wi-Fi that is off is none`() {
        var settings = LANSettings.wireless("0.0.0.0")
        settings.enabled = false
        let interface = AMTInterface(.wireless, .known(settings), among: [.wlan0("192.0.2.30")])
        #expect(interface.address == .none("the firmware says that the interface is off, and has no address"))
    }
}
