import AmtguardLab
import Testing

@testable import AmtguardCore

@Suite struct `AMTHI byte by byte` {
    /// The header of a reply with SUCCESS, built by hand, without the tested code.
    static func reply(_ command: [UInt8], status: [UInt8] = [0, 0, 0, 0], _ payload: [UInt8] = []) -> [UInt8] {
        let length = UInt8(4 + payload.count)
        return [1, 1, 0, 0] + command + [length, 0, 0, 0] + status + payload
    }

    /// GetLanInterfaceSettings of a wired interface, from the layout: no recording of one is public.
    static let lan: [UInt8] = [
        0x01, 0x01, 0x00, 0x00,  // version 1.1, reserved
        0x48, 0x00, 0x80, 0x04,  // command 0x04000048 with the response bit
        0x18, 0x00, 0x00, 0x00,  // 24 bytes follow
        0x00, 0x00, 0x00, 0x00,  // status SUCCESS
        0x01, 0x00, 0x00, 0x00,  // enabled
        0x14, 0x01, 0xA8, 0xC0,  // 192.168.1.20, a little-endian number
        0x01, 0x00, 0x00, 0x00,  // DHCP
        0x02,  // passive
        0x01,  // link up
        0xC8, 0xD9, 0xD2, 0x7A, 0x1E, 0x33,  // MAC
    ]

    static let requests: [(AMTHI.Request, String)] = [
        (.codeVersions, "010100001a00000400000000"),
        (.provisioningState, "010100001100000400000000"),
        (.controlMode, "010100006b00000400000000"),
        (.wiredSettings, "01010000480000040400000000000000"),
        (.wirelessSettings, "01010000480000040400000001000000"),
        (.securityParameters, "010100001b00000400000000"),
        (.redirectionState, "010100005800000400000000"),
        (.webUI, "01010000490000040400000002000000"),
        (.kvm, "01010000490000040400000004000000"),
        (.remoteAccess, "010100004600000400000000"),
        (.uuid, "010100005c00000400000000"),
    ]

    @Test(arguments: requests)
    func `asks in exactly these bytes`(request: AMTHI.Request, hex: String) throws {
        #expect(hexDigits(request.encoded) == hex)
        #expect(AMTHI.Request.allCases.filter { $0.encoded == request.encoded } == [request])
    }

    @Test func `has a test for every question`() {
        #expect(Set(Self.requests.map(\.0)) == Set(AMTHI.Request.allCases))
    }

    @Test(
        arguments: [
            "010100001000000400000000",  // unprovision
            "010100006700000428000000",  // local system account, a secret
            "010100001a00800400000000",  // a reply
            "0101000049000004040000000000000000",  // a feature that amtguard does not request, and one byte too many
            "01010000490000040400000000000000", "010100001a00000404000000", "0101", "",
        ])
    func `has no word for any other`(hex: String) throws {
        let bytes = try #require(hexadecimal(hex.utf8))
        #expect(AMTHI.Request.allCases.allSatisfy { $0.encoded != bytes })
    }

    @Test func `tells the versions of a recorded machine`() throws {
        let versions = try CodeVersions(parsing: RecordedMachine.codeVersions, to: .codeVersions)
        #expect(versions.bios == "N1EETA2W (1.75 )")
        #expect(versions.rows.count == 10)
        #expect(versions["AMT"] == "11.8.93")
        #expect(versions["Build Number"] == "4323")
        #expect(versions["Legacy Mode"] == "False")
        #expect(versions.sku == .amt)
        #expect(versions["No such row"] == nil)
        #expect(versions.encoded(to: .codeVersions) == RecordedMachine.codeVersions)
    }

    @Test func `tells that a recorded machine is not provisioned`() throws {
        #expect(try ProvisioningState(parsing: RecordedMachine.provisioningState, to: .provisioningState) == .pre)
        #expect(ProvisioningState.pre.encoded(to: .provisioningState) == RecordedMachine.provisioningState)
    }

    @Test func `tells the settings of an interface`() throws {
        let settings = try LANSettings(parsing: Self.lan, to: .wiredSettings)
        #expect(settings.enabled && settings.dhcpEnabled && settings.link)
        #expect(settings.ipv4.description == "192.168.1.20")
        #expect(settings.dhcpMode == .passive)
        #expect(settings.mac.description == "c8:d9:d2:7a:1e:33")
        #expect(settings.encoded(to: .wiredSettings) == Self.lan)
    }

    @Test func `tells which flags of security are set, each at its place`() throws {
        // 17 numbers: mode, TLS, cryptography, state, network, SOL, IDE-R, update, link, KVM, 7 reserved.
        let places = [1: "tls", 4: "network", 5: "sol", 6: "ider", 8: "link", 9: "kvm"]
        for place in 0..<17 {
            var payload = [UInt8](repeating: 0, count: 17 * 4)
            payload[place * 4] = 1
            let parameters = try SecurityParameters(
                parsing: Self.reply([0x1B, 0, 0x80, 4], payload), to: .securityParameters)
            let set = [
                "tls": parameters.tls, "network": parameters.networkInterfaceEnabled, "sol": parameters.sol,
                "ider": parameters.ider, "link": parameters.link, "kvm": parameters.kvm,
            ].filter(\.value).keys
            #expect(Array(set) == places[place].map { [$0] } ?? [], "place \(place)")
        }
        let all = SecurityParameters(
            tls: true, networkInterfaceEnabled: true, sol: false, ider: true, kvm: true, link: false)
        let bytes = all.encoded(to: .securityParameters)
        #expect(bytes.count == 84)
        #expect(try SecurityParameters(parsing: bytes, to: .securityParameters) == all)
        #expect(try SecurityParameters.parse(bytes, to: .securityParameters).surplus == 0)
    }

    @Test(
        arguments: [(0, "none"), (1, "client"), (2, "admin"), (3, "remote-assist"), (9, "other-9")] as [(UInt8, String)]
    )
    func `tells the control mode`(number: UInt8, word: String) throws {
        let bytes = Self.reply([0x6B, 0, 0x80, 4], [number, 0, 0, 0])
        let mode = try ControlMode(parsing: bytes, to: .controlMode)
        #expect(mode.word == word)
        #expect(mode.encoded(to: .controlMode) == bytes)
    }

    @Test func `tells redirection, the web UI and KVM`() throws {
        let redirection = Self.reply([0x58, 0, 0x80, 4], [5, 0, 0, 0])
        #expect(try RedirectionState(parsing: redirection, to: .redirectionState) == [.sol, .kvm])
        let web = Self.reply([0x49, 0, 0x80, 4], [2, 0, 0, 0, 1, 0, 0, 0])
        #expect(try WebUIState(parsing: web, to: .webUI).enabled)
        #expect(WebUIState(enabled: true).encoded(to: .webUI) == web)
        let kvm = Self.reply([0x49, 0, 0x80, 4], [4, 0, 0, 0, 2, 0, 0, 0])
        #expect(try KVMState(parsing: kvm, to: .kvm) == .waiting)
        #expect(KVMState.waiting.encoded(to: .kvm) == kvm)
        // An answer about another feature is refused.
        #expect(throws: WireError.value("feature", 2)) { try KVMState(parsing: web, to: .kvm) }
        #expect(throws: WireError.value("feature", 4)) { try WebUIState(parsing: kvm, to: .webUI) }
        #expect([RedirectionState.sol, .ider, .kvm].map(\.rawValue) == [1, 2, 4])
    }

    @Test func `tells the tunnel to a management server, its name printable`() throws {
        let bytes = Self.reply(
            [0x46, 0, 0x80, 4],
            [2, 0, 0, 0]  // outside
                + [2, 0, 0, 0]  // connected
                + [3, 0, 0, 0]  // periodic
                + [5, 0] + Array("mps\u{1B}\n".utf8))
        let access = try RemoteAccess(parsing: bytes, to: .remoteAccess)
        #expect(access.network.word == "outside" && access.network == .outside)
        #expect(access.connection.word == "connected")
        #expect(access.trigger.word == "periodic")
        #expect(access.host == "mps??")
        #expect(try RemoteAccess(parsing: access.encoded(to: .remoteAccess), to: .remoteAccess) == access)
    }

    @Test func `tells the UUID in the order of SMBIOS`() throws {
        let wire: [UInt8] = [
            0x33, 0x22, 0x11, 0x00, 0x55, 0x44, 0x77, 0x66, 0x88, 0x99, 0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF,
        ]
        let uuid = try GUID(parsing: Self.reply([0x5C, 0, 0x80, 4], wire), to: .uuid)
        #expect(uuid.description == "00112233-4455-6677-8899-aabbccddeeff")
        #expect(GUID("00112233-4455-6677-8899-AABBCCDDEEFF") == uuid)
    }

    @Test(arguments: [
        (GUID.amthi, "12f80028-b4b7-4b2d-aca8-46e0ff65814c"), (GUID.mkhi, "8e6a6715-9abc-4043-88ef-9e39c6f63e0f"),
        (GUID.fixedMKHI, "55213584-9a29-4916-badf-0fb7ed682aeb"),
        (GUID.watchdog, "05b79a6f-4628-4d7f-899d-a91514cb32ab"),
    ])
    func `knows the clients by their names`(client: GUID, text: String) {
        #expect(client.description == text)
        #expect(GUID(text) == client)
    }

    @Test(arguments: [
        "", "12f80028", "12f80028-b4b7-4b2d-aca8-46e0ff65814", "12f80028-b4b7-4b2d-aca8-46e0ff65814g",
        "12f80028b4b74b2daca846e0ff65814c----",
    ])
    func `takes no other text for a UUID`(text: String) {
        #expect(GUID(text) == nil)
    }

    @Test func `reads what the driver says of a client`() throws {
        let golden = try #require(hexadecimal("0014000001b42d4baca846e0ff65814c".utf8))
        let reply = try ConnectReply(parsing: golden)
        #expect(reply.messageLimit == 5_120)
        #expect(reply.protocolVersion == 1)
        for limit in ["00000000", "0f000000", "01000100", "ffffffff"] {
            let bytes = try #require(hexadecimal((limit + "01b42d4baca846e0ff65814c").utf8))
            #expect(throws: WireError.self) { try ConnectReply(parsing: bytes) }
        }
        #expect(throws: WireError.self) { try ConnectReply(parsing: Array(golden.dropLast())) }
        #expect(throws: WireError.long(1)) { try ConnectReply(parsing: golden + [0]) }
    }

    @Test func `is a reply to a question by its command alone`() {
        let state = RecordedMachine.provisioningState
        #expect(
            AMTHI.isReply(state, to: .provisioningState)
                && AMTHI.isReply(Array(state.prefix(8)), to: .provisioningState))
        #expect(
            !AMTHI.isReply(state, to: .codeVersions) && !AMTHI.isReply(Array(state.prefix(7)), to: .provisioningState))
        #expect(!AMTHI.isReply(AMTHI.Request.provisioningState.encoded, to: .provisioningState), "it is the question")
    }
}
