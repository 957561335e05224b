import EmulatedMEI
import Testing

private let getControlMode = hexadecimal("01 01 00 00  6b 00 00 04  00 00 00 00") ?? []
private let right = "010100006b0080040800000000000000" + "02000000"

private struct NotConnected: Error {}

/// The device in virtual time: the effect of each fault on one answer.
struct DeviceTests {
    private func connected(
        _ text: String, to client: Client = .amthi
    ) throws -> (device: Device, file: Device.File) {
        var device = Device(try MachineFile.machine(parsing: text), at: 0)
        guard case .done(let file) = device.open(resumed: false, at: 0),
            case .done = device.connect(file, client.wire, resumed: false, at: 0)
        else { throw NotConnected() }
        return (device, file)
    }

    private func ask(_ device: inout Device, _ file: Device.File, _ message: [UInt8], at now: Moment) -> [String] {
        guard case .done(message.count) = device.write(file, message, resumed: false, at: now) else {
            return ["no write"]
        }
        var replies: [String] = []
        while case .done(let bytes) = device.read(file, atMost: 5_120, blocking: false) {
            replies.append(hexadecimal(bytes))
        }
        return replies
    }

    @Test(arguments: [
        ("short", [String(right.dropLast(2))]),
        ("short 17", [String(right.prefix(34))]),
        ("short 0", [""]),
        ("zero-length", [""]),
        ("long 3", [right + "a5a5a5"]),
        ("oversized", [right + String(repeating: "a5", count: 5_100)]),
        ("length 0xFFFFFFF0", ["010100006b008004f0ffffff0000000002000000"]),
        ("wrong-command", ["010100007f008004080000000000000002000000"]),
        ("status NOT_READY", ["010100006b0080040400000002000000"]),
        ("status 0x812", ["010100006b0080040400000012080000"]),
        ("twice", [right, right]),
        ("silent", []),
        ("slow 50", []),
        ("short 4, delay 50", []),
        ("short 4, after 1", [right]),
        ("short 4, times 0", [right]),
    ])
    func `a fault bends the answer`(fault: String, replies: [String]) throws {
        var (device, file) = try connected("[amt]\ncontrol mode = admin\n[faults]\nGetControlMode = \(fault)\n")
        #expect(ask(&device, file, getControlMode, at: 0) == replies)
    }

    @Test func `what is slow comes in its time, and not after a close`() throws {
        var (device, file) = try connected("[amt]\ncontrol mode = admin\n[faults]\namthi = slow 50\n")
        #expect(ask(&device, file, getControlMode, at: 100) == [])
        #expect(device.nextMoment == 150)
        device.advance(to: 149)
        #expect(!device.readiness(of: file).readable)
        device.advance(to: 150)
        #expect(device.readiness(of: file).readable)
        #expect(ask(&device, file, getControlMode, at: 150) == [right])
        device.release(file)
        #expect(device.nextMoment == nil)
    }

    /// Each field at its position in the protocol's tables, built by hand.
    @Test(arguments: [
        (
            "01010000480000040400000000000000",
            "0101000048008004 18000000 00000000 01000000 1401a8c0 01000000 02 01 c8d9d27a1e33"
        ),
        (
            "01010000480000040400000001000000",
            "0101000048008004 18000000 00000000 00000000 00000000 00000000 00 00 000000000000"
        ),
        ("01010000480000040400000002000000", "0101000048008004 04000000 23000000"),
        ("010100006b00000400000000", "010100006b008004 08000000 00000000 02000000"),
        ("010100001100000400000000", "0101000011008004 08000000 00000000 02000000"),
        (
            "010100001b00000400000000",
            "010100001b008004 48000000 00000000 00000000 00000000 01000000 01000000 01000000 01000000 00000000 00000000 01000000 01000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000"
        ),
        ("010100005800000400000000", "0101000058008004 08000000 00000000 05000000"),
        ("01010000490000040400000002000000", "0101000049008004 0c000000 00000000 02000000 01000000"),
        ("01010000490000040400000004000000", "0101000049008004 0c000000 00000000 04000000 00000000"),
        ("01010000490000040400000005000000", "0101000049008004 04000000 24000000"),
        (
            "010100004600000400000000",
            "0101000046008004 12000000 00000000 00000000 00000000 00000000 0000"
        ),
        (
            "010100005c00000400000000",
            "010100005c008004 14000000 00000000 103c2f6ad1947e4b8c550a1b2c3d4e5f"
        ),
        ("010100001000000400000000", "0101000010008004 04000000 10000000"),
        ("01010000ff00000400000000", "01010000ff008004 04000000 12080000"),
        ("010100006b0000040400000000000000", "010100006b008004 04000000 04000000"),
    ])
    func `the provisioned machine answers byte for byte`(question: String, reply: String) throws {
        var (device, file) = try connected(try Package.text("machines/provisioned-acm.machine"))
        #expect(ask(&device, file, hexadecimal(question) ?? [], at: 0) == [reply.filter { $0 != " " }])
    }

    @Test(arguments: [
        ("0302000000000000", "03820000 00000000 04 24100000"),
        ("0302000020000000", "03820000 20000000 04 20000000"),
        ("0302000027000000", "0382002a"),
        ("0302000028000000", "03820081"),
        ("ff020000", "ff820000 0100 1000 e407 1900 0100 1000 e407 1900 0100 1000 e407 1900"),
        ("05010000", "0581008d"),
    ])
    func `MKHI answers byte for byte`(question: String, reply: String) throws {
        var (device, file) = try connected(
            "[mkhi]\ncapable = amt psr pavp\nenabled = psr\n[status]\nmkhi/available = 0x2a\n", to: .mkhi)
        #expect(ask(&device, file, hexadecimal(question) ?? [], at: 0) == [reply.filter { $0 != " " }])
    }

    @Test func `the version of MKHI is that of fw_ver, line by line`() throws {
        var (device, file) = try connected("[machine]\nfw_ver = 0:12.0.24.1314 0:12.0.20.1000\n", to: .mkhi)
        #expect(
            ask(&device, file, [0xFF, 2, 0, 0], at: 0)
                == ["ff820000" + "00000c0022051800" + "00000c00e8031400" + "00000c00e8031400"])
    }

    @Test(arguments: [
        (Client.amthi, "010100001000000400000000", "Unprovision", ["0101000010008004" + "0400000010000000"]),
        (.amthi, "010100006200000400000000", "0x62", ["0101000062008004" + "0400000010000000"]),
        (.amthi, "010100008800000400000000", "DisableAndClear", ["0101000088008004" + "0400000010000000"]),
        (.watchdog, "05025210", "watchdog 0x52", []), (.watchdog, "05025310", "watchdog 0x53", []),
        (.watchdog, "0502135100", "watchdog 0x13", []), (.mkhi, "03030000", "mkhi/3.3", ["0383008d"]),
        (.mkhi, "000b0000", "mkhi/0.11", ["008b008d"]), (.mkhiFixed, "", "", []),
    ])
    func `what must not be asked is refused, and named`(
        client: Client, question: String, name: String, replies: [String]
    ) throws {
        // No program can connect to a client at a fixed address.
        if client == .mkhiFixed { return _ = #expect(throws: NotConnected.self) { try connected("", to: client) } }
        var (device, file) = try connected("", to: client)
        #expect(ask(&device, file, hexadecimal(question) ?? [], at: 0) == replies)
        #expect(device.log.last == "ask 1 \(client.rawValue) FORBIDDEN \(name)")
    }

    @Test(arguments: [
        ("", "83"), ("answer = 0x80", "80"), ("answer = 0xC2 byte", "c2"), ("answer = 0x80 u32", "80000000"),
        ("answer = 0x183", "83010000"),
    ])
    func `the watchdog client answers one question, in a byte or four`(answer: String, reply: String) throws {
        var (device, file) = try connected("[watchdog]\n\(answer)\n", to: .watchdog)
        #expect(ask(&device, file, [5, 2, 0x51, 0x10], at: 0) == [reply])
        #expect(device.log.last == "ask 1 watchdog watchdog")
    }

    @Test(arguments: [
        ("", 2), ("[amt]\nprovisioning = post", 0), ("[remote access]\nnetwork = unknown", 3),
        ("[amt]\nprovisioning = post\n[remote access]\nnetwork = vpn", 1),
    ])
    func `AMT that is not provisioned is outside the enterprise's network`(machine: String, network: UInt8) throws {
        var (device, file) = try connected(machine)
        let reply = try #require(ask(&device, file, hexadecimal("010100004600000400000000") ?? [], at: 0).first)
        #expect(hexadecimal(reply)?[16] == network)
    }
}
