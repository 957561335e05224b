import AmtguardLab
import AmtguardMEI
import SystemPackage
import Testing

@testable import AmtguardCore

@Suite struct `A recording` {
    static let text = """
        amtguard-recording: 1
        machine: Example Laptop
        date: 2026-11-22T20:49:00Z

        attribute name=mei1
        attribute kind=mei
        attribute fw_ver=0:16.1.25.2124
        open -> errno EACCES
        open
        connect 12f80028-b4b7-4b2d-aca8-46e0ff65814c -> errno EBUSY
        connect 12f80028-b4b7-4b2d-aca8-46e0ff65814c -> 0014000001b42d4baca846e0ff65814c
        write 010100001100000400000000
        read 0101000011008004080000000000000000000000
        write 010100001100000400000000 -> errno ENODEV
        read
        read -> silence
        read -> errno 123

        attribute name=mei2
        open

        """

    private func parse(_ text: String) throws -> Recording {
        try Recording(parsing: Array(text.utf8))
    }

    @Test func `comes back from its text as it was`() throws {
        let recording = try parse(Self.text)
        #expect(recording.description == Self.text)
        #expect(recording.devices.count == 2)
        #expect(recording.devices[0]["fw_ver"] == "0:16.1.25.2124")
        #expect(recording.devices[0].events.count == 10)
        #expect(
            recording.devices[0].events[6]
                == .write(AMTHI.Request.provisioningState.encoded, .operationNotSupportedByDevice))
        #expect(recording.headers.map(\.name) == ["machine", "date"])
        #expect(try parse("# by hand\n" + Self.text) == recording)
    }

    @Test(
        arguments: [
            ("", 1), ("open\n", 1), ("amtguard-recording: 2\n", 1), ("amtguard-recording: 1\nopen now\n", 2),
            ("amtguard-recording: 1\n\nwrite 01010\n", 3), ("amtguard-recording: 1\nwrite zz\n", 2),
            ("amtguard-recording: 1\nwrite\n", 2), ("amtguard-recording: 1\nread 01 02\n", 2),
            ("amtguard-recording: 1\nread -> 0102\n", 2), ("amtguard-recording: 1\nopen ->\n", 2),
            ("amtguard-recording: 1\nopen -> silence\n", 2), ("amtguard-recording: 1\nopen -> errno EWHAT\n", 2),
            ("amtguard-recording: 1\nopen -> errno -5\n", 2), ("amtguard-recording: 1\nconnect amthi -> 00\n", 2),
            ("amtguard-recording: 1\nconnect 12f80028-b4b7-4b2d-aca8-46e0ff65814c\n", 2),
            ("amtguard-recording: 1\nattribute kind\n", 2), ("amtguard-recording: 1\nattribute =x\n", 2),
            ("amtguard-recording: 1\nattribute name=a\nmachine: late\n", 3),
            ("amtguard-recording: 1\nmachine: \u{1B}[31m\n", 2), ("amtguard-recording: 1\r\n", 1),
            ("amtguard-recording: 1\n->\n", 2),
            ("amtguard-recording: 1\nread " + String(repeating: "00", count: 65_537), 2),
        ])
    func `is refused with the line`(text: String, line: Int) {
        let error = #expect(throws: Recording.SyntaxError.self) { try parse(text) }
        #expect(error?.line == line)
        #expect(error?.description.contains(where: \.isNewline) == false)
    }

    @Test func `has a bound`() {
        #expect(throws: Recording.SyntaxError.self) {
            try Recording(parsing: [UInt8](repeating: 0x23, count: Recording.sizeLimit + 1))
        }
    }

    @Test func `gives the answer again that the firmware gave`() throws {
        let text =
            "amtguard-recording: 1\n\nattribute name=mei1\nattribute dev_state=ENABLED\n"
            + "attribute fw_ver=0:16.1.25.2124\n" + Line.amthi + (try Line.burst(.pre))
            + "open\n" + Line.watchdog + Line.askSwitch("c2")
        let answer = try parse(text).answer()
        #expect(answer.outcome == .answered)
        #expect(answer.amtSwitch == .known([.isKnown, .operational, .tlsOnly]))
        #expect(answer.device == .known("mei1"))
        #expect(answer.deviceState == .known("ENABLED"))
        #expect(answer.firmwareVersion == .known("16.1.25.2124"))
        #expect(answer.controlMode == .known(.admin))
        // A recorder on the replay writes the same steps, including the opening that the hand-written text omits.
        var conversation = Conversation(over: Recorder(Replay(try parse(text).devices[0])))
        _ = conversation.run()
        let events = conversation.link.events
        #expect(events == [.open(nil)] + (try parse(text).devices[0].events))
    }

    @Test func `gives an answer that can be told, whatever its attributes are`() throws {
        for value in ["", String(repeating: "x", count: 400)] {
            let text =
                "amtguard-recording: 1\n\nattribute name=\(value)\nattribute dev_state=\(value)\n"
                + "attribute fw_ver=0:\(value)\n" + Line.amthi + (try Line.burst())
            let answer = try parse(text).answer()
            #expect(try FirmwareAnswer(parsing: answer.encoded) == answer)
            #expect(answer.outcome == .answered)
        }
    }

    @Test func `takes the device that speaks of AMT`() throws {
        let text =
            "amtguard-recording: 1\n\nattribute name=mei0\n" + Line.refused(.amthi, "ENOTTY")
            + "\nattribute name=mei1\n" + Line.amthi + (try Line.burst())
        #expect(try parse(text).answer().device == .known("mei1"))
        #expect(try parse("amtguard-recording: 1\n").answer().outcome.word == "failed")
    }

    @Test(arguments: [true, false])
    func `does not take the word of one engine for another that gave no answer`(isFirst: Bool) throws {
        let incapable =
            "\nattribute name=mei0\n" + Line.refused(.amthi, "ENOTTY") + Line.mkhi
            + Line.ask(.capable, hexDigits(MKHI.Features([]).encoded(to: .capable)))
        let mute = "\nattribute name=mei1\nopen -> errno EACCES\n"
        let answer = try parse("amtguard-recording: 1\n" + (isFirst ? incapable + mute : mute + incapable)).answer()
        #expect(answer.capable.value != false)
        #expect(try parse("amtguard-recording: 1\n" + incapable).answer().capable == .known(false))
    }
}

@Suite struct `A masked recording` {
    private func masked(_ events: [Recording.Event]) -> [Recording.Event] {
        Recording(devices: [Recording.Device(events: events)]).masked.devices[0].events
    }

    @Test func `contains no MAC address and no UUID, and the rest as it was`() throws {
        let lan = try Line.lan.encoded(to: .wiredSettings)
        let uuid = try #require(GUID("6a2f3c10-94d1-4b7e-8c55-0a1b2c3d4e5f"))
        let versions = CodeVersions(bios: "B", rows: [.init(name: "AMT", version: "16.1.25")]).encoded(
            to: .codeVersions)
        // A garbled reply that still contains the address.
        let stray = [UInt8](repeating: 7, count: 20) + (try Line.lan.mac.octets)
        let events = masked(
            [lan, uuid.encoded(to: .uuid), versions, stray, lan].map { Recording.Event.read(.bytes($0)) })
        let text = Recording(devices: [Recording.Device(events: events)]).description
        #expect(!text.contains("c8d9d27a1e33"))
        #expect(!text.contains(hexDigits(uuid.wire)))
        #expect(events[0] == events[4], "equal addresses stay equal")
        #expect(events[2] == .read(.bytes(versions)))
        guard case .read(.bytes(let bytes)) = events[0] else { return }
        var expected = try Line.lan
        expected.mac = try #require(MACAddress("02:00:00:00:00:01"))
        #expect(try LANSettings(parsing: bytes, to: .wiredSettings) == expected)
    }

    @Test func `keeps nothing of an answer about an address that it can't read`() throws {
        let lan = try Line.lan.encoded(to: .wiredSettings)
        let cut = Array(lan.dropLast())
        let events = masked([.read(.bytes(cut))])
        #expect(events == [.read(.bytes(Array(lan.prefix(16)) + [UInt8](repeating: 0, count: 19)))])
        #expect(masked([.read(.bytes([1, 1]))]) == [.read(.bytes([1, 1]))])
    }

    @Test func `tells no public address and no server, and private addresses as they were`() throws {
        func settings(_ address: String) throws -> LANSettings {
            var settings = try Line.lan
            settings.ipv4 = try #require(IPv4Address(address))
            return settings
        }
        func told(_ addresses: String...) throws -> [String] {
            let replies = try addresses.map {
                Recording.Event.read(.bytes(try settings($0).encoded(to: .wiredSettings)))
            }
            return try masked(replies).map { event in
                guard case .read(.bytes(let bytes)) = event else { return "" }
                return try LANSettings(parsing: bytes, to: .wiredSettings).ipv4.description
            }
        }
        #expect(try told("8.8.8.8", "1.2.3.4", "8.8.8.8") == ["192.0.2.1", "192.0.2.2", "192.0.2.1"])
        let kept = ["10.1.2.3", "172.31.0.9", "192.168.1.20", "169.254.1.1", "100.64.0.1", "192.0.2.1"]
        for address in kept { #expect(try told(address) == [address]) }
        #expect(try told("172.32.0.9") == ["192.0.2.1"])
        var access = RemoteAccess(
            network: .init(rawValue: 2), connection: .init(rawValue: 2), trigger: .init(rawValue: 3),
            host: "MPS-7.example.com")
        let events = masked([.read(.bytes(access.encoded(to: .remoteAccess)))])
        access.host = "xxx-x.xxxxxxx.xxx"
        #expect(events == [.read(.bytes(access.encoded(to: .remoteAccess)))])
        let cut = Array(access.encoded(to: .remoteAccess).dropLast())
        #expect(
            masked([.read(.bytes(cut))]) == [
                .read(.bytes(cut.prefix(16) + [UInt8](repeating: 0, count: cut.count - 16)))
            ])
    }

    @Test func `keeps of a server's name its shape alone, in any alphabet`() throws {
        let access = RemoteAccess(
            network: .outside, connection: .connected, trigger: .init(rawValue: 0), host: "mps-1.example.net")
        var reply = access.encoded(to: .remoteAccess)
        let name = try #require(reply.firstRange(of: Array("example".utf8)))
        reply.replaceSubrange(name, with: Array("b\u{fc}rok\u{f6}".utf8.prefix(7)))
        guard case .read(.bytes(let bytes)) = masked([.read(.bytes(reply))])[0] else { return }
        #expect(bytes.suffix(17).elementsEqual("xxx-x.xxxxxxx.xxx".utf8))
    }

    @Test func `is not spoilt by a UUID that nobody has set`() throws {
        let versions = CodeVersions(bios: "BIOS", rows: [.init(name: "AMT", version: "16.1.25")])
        let zero = try #require(GUID(wire: [UInt8](repeating: 0, count: 16)))
        let replies = [versions.encoded(to: .codeVersions), zero.encoded(to: .uuid)]
        let events = replies.map { Recording.Event.read(.bytes($0)) }
        #expect(masked(events) == events)
    }

    @Test(arguments: [AMTHI.Request.controlMode, .codeVersions, .uuid])
    func `keeps nothing of what newer firmware appends`(request: AMTHI.Request) throws {
        let known: [UInt8] =
            switch request {
            case .controlMode: ControlMode.admin.encoded(to: request)
            case .uuid: GUID.amthi.encoded(to: request)
            default: CodeVersions(bios: "BIOS", rows: []).encoded(to: request)
            }
        var longer = known + [1, 2, 3, 4]
        let length = UInt32(longer.count - 12)
        longer.replaceSubrange(8..<12, with: (0..<4).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) })
        guard case .read(.bytes(let bytes)) = masked([.read(.bytes(longer))])[0] else { return }
        #expect(bytes.count == longer.count && bytes.suffix(4) == [0, 0, 0, 0])
    }

    @Test func `leaves an interface absent that is`() throws {
        let none = "0101000048008004180000000000000000000000000000000000000000000000" + "00000000"
        let bytes = try #require(hexadecimal(none.utf8))
        #expect(masked([.read(.bytes(bytes))]) == [.read(.bytes(bytes))])
    }

    @Test func `keeps two different addresses different`() throws {
        var other = try Line.lan
        other.mac = try #require(MACAddress("c8:d9:d2:7a:1e:34"))
        let events = masked(
            [try Line.lan.encoded(to: .wiredSettings), other.encoded(to: .wirelessSettings)].map {
                Recording.Event.read(.bytes($0))
            })
        #expect(events[0] != events[1])
    }
}
