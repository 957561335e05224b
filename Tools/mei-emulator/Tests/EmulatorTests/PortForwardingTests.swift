import EmulatedMEI
import Testing

private struct NotConnected: Error {}

/// LME, byte by byte, with the messages of APF.
struct PortForwardingTests {
    private static let version = "c0" + "00000001" + "00000000" + "00000000" + String(repeating: "00", count: 80)
    private static let service = "00000012" + "7066776440616d742e696e74656c2e636f6d"

    /// The messages of the host and the replies, in their order.
    private func talk(_ text: String, _ messages: [String]) throws -> (
        greeting: [String], replies: [[String]], log: [String]
    ) {
        var device = Device(try MachineFile.machine(parsing: text), at: 0)
        guard case .done(let file) = device.open(resumed: false, at: 0),
            case .done = device.connect(file, Client.lme.wire, resumed: false, at: 0)
        else { throw NotConnected() }
        func receive() -> [String] {
            var heard: [String] = []
            while case .done(let bytes) = device.read(file, atMost: 4_096, blocking: false) {
                heard.append(hexadecimal(bytes))
            }
            return heard
        }
        let greeting = receive()
        let replies = messages.map { message in
            _ = device.write(file, hexadecimal(message) ?? [], resumed: false, at: 0)
            return receive()
        }
        return (greeting, replies, device.log.filter { $0.hasPrefix("ask") })
    }

    private func request(_ address: String, _ port: String) -> String {
        "50" + "0000000d" + "74637069702d666f7277617264" + "01" + address + port
    }

    private let loopback = "00000009" + "3132372e302e302e31"

    @Test func `the firmware speaks first, then asks for one port after the other`() throws {
        let (greeting, replies, log) = try talk(
            "[lme]\nports = 16992 623\n",
            [Self.version, "06" + Self.service, "51" + "00004260", "51" + "0000026f"])
        #expect(greeting == [Self.version])
        #expect(
            replies == [
                ["05" + Self.service], [request(loopback, "00004260")], [request(loopback, "0000026f")], [],
            ])
        #expect(
            log
                == ["lme/version", "lme/service-accept", "lme/listens-16992", "lme/listens-623"].map {
                    "ask 1 lme \($0)"
                })
    }

    @Test func `a host that can't listen on one port is asked for the next`() throws {
        let (_, replies, log) = try talk(
            "[lme]\nports = 16992 623\naddress = 0.0.0.0\n",
            [Self.version, "06" + Self.service, "52", "52", "01000000020000"])
        #expect(replies[2] == [request("00000007" + "302e302e302e30", "0000026f")])
        #expect(replies[3] == [] && replies[4] == [])
        #expect(
            log.suffix(3) == ["ask 1 lme lme/refuses-16992", "ask 1 lme lme/refuses-623", "ask 1 lme lme/disconnect"])
    }

    @Test(arguments: [
        ("", [16_992, 623]), ("[redirection]\nsol = yes\n", [16_992, 623, 16_994]),
        ("[security]\ntls = yes\n[redirection]\nkvm = yes\n", [16_993, 664, 16_995]),
        ("[watchdog]\nanswer = 0xC2\n", [16_993, 664]), ("[lme]\nports = none\n", []),
    ])
    func `the ports follow from the machine`(text: String, ports: [UInt16]) throws {
        let messages = [Self.version, "06" + Self.service] + Array(repeating: "51", count: ports.count)
        let (_, replies, log) = try talk(text, messages)
        #expect(log.dropFirst(2) == ports.map { "ask 1 lme lme/listens-\($0)" }[...])
        #expect(replies.last == [])
    }

    @Test func `a caller gets an answer through its channel`() throws {
        let open =
            "5a" + "0000000f" + "666f727761726465642d7463706970" + "00000007" + "00001000" + "ffffffff" + loopback
            + "00004260" + loopback + "0000d903"
        let (_, replies, _) = try talk(
            "[lme]\nports = 16992\n",
            [
                Self.version, "06" + Self.service, "51", open, "5e" + "00000007" + "00000003" + "474554",
                "61" + "00000007",
            ])
        #expect(replies[3] == ["5b" + "00000007" + "00000007" + "00000fff" + "ffffffff"])
        try #require(replies[4].count == 2)
        #expect(replies[4][1] == "61" + "00000007")
        let answer = String(decoding: hexadecimal(replies[4][0])?.dropFirst(9) ?? [], as: UTF8.self)
        #expect(answer.hasPrefix("HTTP/1.1 401") && answer.contains("Active Management Technology 16.1.25"))
        #expect(replies[5] == [], "it was closed before")
        let (_, left, _) = try talk(
            "[lme]\nports = none\n", [Self.version, "06" + Self.service, open, "61" + "00000007", "61" + "00000007"])
        let (_, early, log) = try talk("", [Self.version, "d0" + "12345678", open, "06" + Self.service])
        #expect(early[1] == ["d1" + "12345678"] && early[2].first?.hasPrefix("5b") == true, "before all ports are open")
        #expect(early[3] == [request(loopback, "00004260")])
        #expect(log[1] == "ask 1 lme lme/keep-alive")
        #expect(left[3] == ["61" + "00000007"] && left[4] == [], "a caller that leaves without a word")
    }

    @Test(arguments: ["c0", "51", "06" + service, "5e00000001", "", "ff"])
    func `a message that makes no sense ends the connection`(message: String) throws {
        let (_, replies, _) = try talk(
            "", message.isEmpty ? [Self.version, "06000000ff", "51"] : [message, Self.version])
        #expect(replies.contains(["01" + "00000002" + "0000"]))
        #expect(replies.last == [], "and nothing follows")
    }

    @Test func `faults strike its answers as they do those of others`() throws {
        let (greeting, replies, _) = try talk("[faults]\nlme = silent, after 1\n", [Self.version, "06" + Self.service])
        #expect(greeting == [Self.version])
        #expect(replies == [["05" + Self.service], []])
    }
}
