import Testing

@testable import AmtguardCore

@Suite struct `Victims` {
    private func scene() -> Scene {
        var scene = Scene()
        scene.hear(.provisioned(.admin))
        scene.see(.sockets(SocketReading([])))
        // The last report about the surroundings is a minute old.
        scene.now = 200
        _ = scene.told()
        return scene
    }

    private let one: LocalSocket = .connection("192.0.2.20", 16994, to: "198.51.100.7")

    private func many(_ count: Int) -> [LocalSocket] {
        (0..<count).map { index in
            one.with { $0.remote?.port = UInt16(1_000 + index) }
        }
    }

    @Test func `are reported once when they appear and once when they end`() {
        var scene = scene()
        #expect(scene.status.victims == [] && scene.status.victimCount == 0)
        scene.see(.sockets(SocketReading([one])))
        #expect(scene.toldNames() == ["victim"])
        scene.now += 30
        scene.see(.sockets(SocketReading([one.with { $0.retransmissions = 5 }])))
        #expect(scene.toldNames() == [])
        #expect(scene.status.victims?.first?.retransmissions == 5)
        #expect(scene.status.victims?.first?.since == at(200).iso8601)
        scene.see(.sockets(SocketReading([one.with { $0.state = .established }])))
        #expect(scene.toldNames() == [] && scene.status.victims?.first?.state == "established")
        scene.now += 30
        scene.see(.sockets(SocketReading([])))
        #expect(scene.toldEvents() == [.victimEnded(Victim(one.with { $0.state = .established }, since: at(200)))])
        #expect(scene.status.victims == [])
    }

    @Test func `by the thousand are ten entries, and a number a minute later`() {
        var scene = scene()
        scene.see(.sockets(SocketReading(many(1_000))))
        #expect(scene.toldNames() == Array(repeating: "victim", count: 10))
        #expect(scene.status.victimCount == 1_000 && scene.status.victims?.count == 256)
        scene.now += 59
        scene.see(.sockets(SocketReading(many(1_000))))
        #expect(scene.toldNames() == [])
        scene.now += 1
        scene.see(.sockets(SocketReading(many(1_000))))
        #expect(scene.toldEvents() == [.victimsUntold(990)])
        // An end is reported only if the beginning was.
        scene.see(.sockets(SocketReading([])))
        #expect(scene.toldNames() == Array(repeating: "victimEnded", count: 10))
        scene.see(.sockets(SocketReading([one])))
        #expect(scene.toldNames() == ["victim"])
    }

    @Test func `that come and go at each look are reported at that pace as well`() {
        var scene = scene()
        var entries = 0
        for look in 0..<600 {
            scene.now += 0.1
            scene.see(.sockets(SocketReading(look.isMultiple(of: 2) ? [one] : [])))
            entries += scene.toldNames().count
        }
        #expect((20...22).contains(entries))
    }

    @Test func `are not known if the sockets can't be read, and no victim is reported as ended`() {
        var scene = scene()
        scene.see(.sockets(SocketReading([one])))
        _ = scene.told()
        scene.see(.sockets(nil))
        #expect(scene.status.victims == nil && scene.status.victimCount == nil)
        #expect(scene.status.ports.each.allSatisfy { $0.takenBy == nil && $0.held == ["192.0.2.20"] })
        #expect(scene.status.reasons.map(\.id) == ["sockets-unknown"])
        #expect(scene.toldNames() == [])
        scene.see(.sockets(SocketReading([one])))
        #expect(scene.toldNames() == [] && scene.status.victimCount == 1)
    }

    @Test func `are not known if a socket may be one and AMT's address is not known`() {
        var scene = Scene()
        scene.see(.sockets(SocketReading([])))
        #expect(scene.status.victims == [], "no socket is there, so there is no victim")
        scene.see(.sockets(SocketReading([one])))
        #expect(scene.status.victims == nil)
        #expect(scene.status.reasons.contains { $0.id == "victims-unknown" })
        #expect(scene.status.ports.each.first { $0.port == 16994 }?.takenBy?.map(\.standing) == ["unknown"])
        #expect(scene.status.text.contains { $0.label == "Victims" && $0.value == "unknown" })
    }

    @Test func `degrade the verdict when they stay, and are reported with the worst`() {
        var scene = scene()
        scene.see(.sockets(SocketReading(many(2), omitted: 3)))
        #expect(scene.status.verdict == .protected)
        #expect(scene.status.line.hasSuffix("AMT provisioned, 2 victims."))
        #expect(
            scene.status.text.contains { $0.label == "Victims" && $0.value.hasPrefix("2, the worst: tcp 192.0.2.20") })
        #expect(scene.status.reasons.map(\.id) == ["sockets-many"])

        scene.now += 10
        scene.see(.list(.ports(amt), .audit))
        #expect(scene.status.verdict == .degraded)
        #expect(scene.status.reasons.first?.says.hasPrefix("AMT cuts off 2 sockets, the worst: tcp 192.0.2.20") == true)
        scene.see(.sockets(SocketReading([])))
        #expect(scene.status.verdict == .protected)
    }

    @Test func `are looked for on required and on AMT's own ports, and nowhere where AMT is impossible`() {
        var configuration = Configuration()
        configuration.ports = "5000"
        #expect(Scene(configuration: configuration).guardian.portsOfInterest == amt.union("5000"))
        #expect(Scene(presence: .without).guardian.portsOfInterest == "")
    }

    @Test(arguments: [(1, "1 socket is on AMT's ports"), (2, "2 sockets are on AMT's ports")])
    func `that may be some are counted, and so are those that were left out`(count: Int, words: String) {
        var scene = Scene()
        scene.see(.sockets(SocketReading(many(count), omitted: 1)))
        #expect(scene.status.reasons.first { $0.id == "victims-unknown" }?.says.hasPrefix(words) == true)
        #expect(scene.status.reasons.first { $0.id == "sockets-many" }?.says.hasSuffix("; left out: 1") == true)
    }

    @Test(
        arguments: [(0, "syn-sent"), (1, "syn-sent, sent once more"), (2, "syn-sent, sent 2 times more")]
            as [(UInt8, String)])
    func `are told with what they tried`(retransmissions: UInt8, doing: String) {
        let socket = Status.Socket(JudgedSocket(one.with { $0.retransmissions = retransmissions }, .victim))
        #expect(socket.doing == doing)
    }

    @Test func `of the first minute are ten entries as well`() {
        var scene = Scene()
        scene.see(.interfaces([.lo, .eno1("192.0.2.20")]))
        scene.see(.firmware(.answer(.provisioned(.admin))))
        scene.look(.request)
        _ = scene.told()
        scene.see(.sockets(SocketReading(many(20))))
        #expect(scene.toldNames() == Array(repeating: "victim", count: 10))
    }
}

@Suite struct `A port's condition` {
    static let rows: [(PortSet?, KernelChoice?, PortCondition.Exposure, String)] = [
        ("16992", .wide, .reserved, "reserved"),
        ("16992", nil, .reserved, "reserved"),
        ("16992", .usual, .reservedOutside, "reserved, and outside the local port range anyway"),
        ("", .wide, .exposed, "exposed"),
        ("", nil, .exposed, "exposed"),
        ("", .usual, .outside, "not reserved, outside the local port range"),
        (nil, .usual, .unknown, "unknown"),
        (nil, .wide, .unknown, "unknown"),
        (nil, nil, .unknown, "unknown"),
    ]

    @Test(arguments: rows)
    func `follows from the list and the kernel's reach`(
        reserved: PortSet?, choice: KernelChoice?, exposure: PortCondition.Exposure, words: String
    ) {
        let condition = PortCondition(16992, reserved: reserved, owned: "", choice: choice, takers: nil, holds: nil)
        #expect(condition.exposure == exposure)
        #expect(Status.Port(condition).words == words)
    }

    @Test func `is reported for 64 ports, with eight users of each`() {
        let sockets = (0..<20).map { index in
            LocalSocket.connection("192.0.2.20", 2, to: "192.0.2.9").with { $0.remote?.port = UInt16(index + 1) }
        }
        let hold = LocalSocket.listener("192.0.2.20", 2).with {
            $0.state = .bound
            $0.isOwn = true
        }
        let judgement = SocketJudgement(
            SocketReading(sockets + [hold]), [Claim(tcp: PortSet(1...65535), udp: .ofAMTsUDP)])
        let conditions = PortCondition.all(
            "1-65535", reserved: "", owned: "2", choice: .wide, takers: judgement.takers,
            holds: [Hold(ip("192.0.2.20"), 2), Hold(ip("192.0.2.21"), 3, .udp)])
        #expect(conditions.map(\.port) == Array(1...64))
        #expect(conditions[0].takers == PortUsers())
        #expect(conditions[1].isOwned && conditions[1].takers?.count == 20)
        #expect(conditions[1].takers?.sockets.count == 8)
        #expect(conditions.prefix(3).map { Status.Port($0).held } == [[], ["192.0.2.20"], ["192.0.2.21 (udp)"]])
    }
}
