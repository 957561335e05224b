import Testing

@testable import AmtguardCore

@Suite struct `The holds` {
    private let address = ip("192.0.2.20")
    private let six = [623, 664, 16992, 16993, 16994, 16995].map { "\($0)/tcp held" }

    /// A host with eno1, whose address AMT shares.
    private func scene(_ change: (inout Configuration) -> Void = { _ in }) -> Scene {
        var configuration = Configuration()
        change(&configuration)
        var scene = Scene(list: amt, configuration: configuration)
        scene.hear(.provisioned(.admin))
        return scene
    }

    private func holds(_ scene: Scene) -> [String] {
        scene.status.holds.map { "\($0.port)/\($0.protocol) \($0.state)" }
    }

    @Test func `are taken where AMT shares the address, and reported once`() {
        var scene = scene()
        #expect(holds(scene) == six && scene.sockets.reading.held.values.allSatisfy { $0 })
        #expect(scene.toldNames().filter { $0 == "held" }.count == 1)
        scene.see(.holds(scene.sockets.reading, .audit))
        scene.hear(.provisioned(.admin))
        #expect(scene.told() == [])
    }

    @Test func `are none where the configuration or AMT does not want them`() {
        #expect(holds(scene { $0.hold = .off }).isEmpty)
        #expect(holds(scene { $0.mode = .observe }).isEmpty)
        #expect(holds(scene { $0.ports = "" }).isEmpty)
        var impossible = Scene(list: amt, presence: .without)
        impossible.see(.interfaces([.lo, .eno1("192.0.2.20")]))
        #expect(holds(impossible).isEmpty)
        impossible.reload { $0.mode = .always }
        #expect(holds(impossible) == six, "Mode=always overrules it")
    }

    @Test func `follow the address, and leave one that the host no longer has`() {
        var scene = scene()
        _ = scene.told()
        scene.see(.interfaces([.lo, .eno1("192.0.2.21")]))
        #expect(Set(scene.sockets.reading.held.keys.map(\.address)) == [ip("192.0.2.21")])
        #expect(scene.toldNames() == ["letGo", "held"])
        scene.see(.interfaces(nil))
        #expect(scene.sockets.reading.held.count == 6, "not knowing is no reason")
        scene.see(.interfaces([.lo]))
        #expect(scene.sockets.reading.held.isEmpty && scene.toldNames() == ["letGo"])
    }

    @Test func `stand before the address is up, and not after it is gone`() {
        var scene = scene()
        scene.see(.interfaces([.lo, .eno1()]))
        scene.hear(.heard(.post, .admin, wired: .wired("192.0.2.20")))
        #expect(holds(scene) == six, "before the host has it")
        scene.see(.interfaces([.lo, .eno1("192.0.2.20")]))
        scene.see(.interfaces([.lo, .eno1()]))
        #expect(holds(scene).isEmpty, "AMT may say it for long, and the host have another one next")
        scene.see(.interfaces(nil))
        scene.see(.interfaces([.lo, .eno1()]))
        #expect(holds(scene).isEmpty)
        scene.see(.interfaces([.lo, .eno1("192.0.2.20")]))
        #expect(holds(scene) == six)
    }

    @Test func `stay where the firmware falls silent, and where a successor has heard nothing yet`() {
        var scene = scene()
        _ = scene.told()
        scene.see(.firmware(.failed(.abandoned)))
        #expect(holds(scene) == six)

        var successor = Scene(list: amt)
        successor.sockets.reading = scene.sockets.reading
        successor.see(.holds(successor.sockets.reading, .request))
        #expect(holds(successor) == six, "before the host's interfaces are read")
        successor.see(.interfaces([.lo, .eno1("192.0.2.20")]))
        #expect(holds(successor) == six)
        successor.see(.interfaces([.lo, .eno1("192.0.2.21")]))
        #expect(holds(successor).isEmpty)
    }

    @Test func `that are refused are tried again at each audit, and reported once`() {
        var scene = Scene(list: amt)
        scene.sockets.obstacles = [Hold(address, 623): .notPermitted, Hold(address, 664): .notPermitted]
        scene.hear(.provisioned(.admin))
        #expect(holds(scene).prefix(3) == ["623/tcp refused", "664/tcp refused", "16992/tcp held"])
        #expect(
            scene.status.reasons.filter { $0.id == "hold-not-permitted" }.map(\.says)
                == ["192.0.2.20 tcp 623,664 is not held: binding it is not permitted"])
        #expect(scene.toldNames().filter { $0.hasSuffix("held") } == ["held", "unheld"])

        scene.see(.holds(scene.sockets.reading, .readBack))
        #expect(scene.told() == [], "nothing is tried in between")
        scene.see(.holds(scene.sockets.reading, .audit))
        #expect(scene.told().map(\.isHold) == [true], "an attempt, and not a word")
        scene.sockets.obstacles = [:]
        scene.see(.holds(scene.sockets.reading, .audit))
        #expect(scene.toldNames() == ["held"] && holds(scene) == six)

        scene.sockets.obstacles = [Hold(ip("192.0.2.21"), 623): .notPermitted]
        scene.see(.interfaces([.lo, .eno1("192.0.2.21")]))
        scene.see(.interfaces([.lo, .eno1("192.0.2.20")]))
        #expect(holds(scene) == six && scene.sockets.reading.refused.isEmpty, "no refusal outlives its address")
    }

    @Test func `that a listener refuses do not degrade the verdict, and a new cause is reported`() {
        var scene = Scene(list: amt)
        scene.sockets.obstacles[Hold(address, 16992)] = .listener("lms.service")
        scene.hear(.provisioned(.admin))
        #expect(scene.status.holds.first { $0.port == 16992 }?.says == "lms.service listens there")
        #expect(!scene.status.reasons.contains { $0.id.hasPrefix("hold") } && scene.status.verdict == .protected)
        _ = scene.told()
        scene.sockets.obstacles[Hold(address, 16992)] = .occupied(nil)
        scene.see(.holds(scene.sockets.reading, .audit))
        #expect(scene.toldNames() == ["unheld"])
        #expect(scene.status.reasons.contains { $0.id == "hold-occupied" } && scene.status.verdict == .protected)
    }

    @Test func `that another program keeps are as good as held`() {
        var scene = Scene(list: amt)
        let other = LocalSocket(.tcp, .v4(ip("0.0.0.0")), port: 16992, .bound, uid: 0, unit: "portreserve.service")
            .run(by: "portreserve")
        let datagrams = LocalSocket(.udp, .v4(ip("0.0.0.0")), port: 623, .unconnected, uid: 0).run(by: "portreserve")
        #expect(other.isInTheWay(of: Hold(address, 16992)))
        #expect(datagrams.obstacle == .placeholder("portreserve (uid 0)"))
        scene.sockets.obstacles[Hold(address, 16992)] = other.obstacle
        scene.hear(.provisioned(.admin))
        #expect(
            scene.status.holds.first { $0.port == 16992 }?.says
                == "portreserve (portreserve.service) has the port and sends nothing, which protects it like a hold")
        #expect(!scene.status.reasons.contains { $0.id.hasPrefix("hold") } && scene.status.verdict == .protected)
        let journal = scene.toldEvents().map(\.journalEntry.message)
        #expect(journal.contains { $0.contains("has the port and sends nothing") })
    }

    @Test(
        arguments: [
            (.listener("0.0.0.0", 16992, uid: 0, unit: "lms.service"), "presumably Intel LMS (lms.service)"),
            (.listener("0.0.0.0", 16992, uid: 0).run(by: "lms"), "presumably Intel LMS (uid 0)"),
            (.listener("0.0.0.0", 16992, uid: 0), "presumably Intel LMS (uid 0)"),
            (.listener("0.0.0.0", 16992, uid: 0).run(by: "nc"), "nc (uid 0)"),
            (.listener("0.0.0.0", 16992, uid: 33, unit: "nginx.service").run(by: "nginx"), "nginx (nginx.service)"),
            (.listener("0.0.0.0", 16992, uid: 33, unit: "nginx.service"), "nginx.service"),
            (.listener("0.0.0.0", 16992, uid: 33).run(by: "a", "b"), "a program of uid 33"),
        ] as [(LocalSocket, String)])
    func `name the owner of what is in the way`(socket: LocalSocket, owner: String) {
        #expect(socket.owner == owner)
        #expect(socket.obstacle.says.hasPrefix(owner + " listens"))
    }

    @Test func `whose obstacle changes again and again are reported once a minute`() {
        var scene = Scene(list: amt)
        scene.sockets.obstacles[Hold(address, 16992)] = .occupied(nil)
        scene.hear(.provisioned(.admin))
        _ = scene.told()
        for tenth in 0..<1_200 {
            scene.now += 0.1
            scene.sockets.obstacles[Hold(address, 16992)] = tenth.isMultiple(of: 2) ? .listener(nil) : .occupied(nil)
            scene.see(.holds(scene.sockets.reading, .request))
        }
        #expect((1...3).contains(scene.toldNames().count))
        // The last cause is reported in the end.
        scene.sockets.obstacles[Hold(address, 16992)] = .notPermitted
        scene.now += 60
        scene.see(.holds(scene.sockets.reading, .audit))
        #expect(scene.toldNames() == ["unheld"])
        #expect(scene.status.holds.first { $0.port == 16992 }?.says == HoldObstacle.notPermitted.says)
    }

    @Test func `are held otherwise when the configuration is another one, without being let go`() {
        var scene = scene()
        _ = scene.told()
        scene.reload { $0.hold = .strict }
        let change = scene.told().compactMap { if case .hold(let change) = $0 { change } else { nil } }
        #expect(change.map(\.release) == [[]] && change.map(\.isShared) == [false] && change.first?.take.count == 6)
        #expect(scene.sockets.reading.held.values.allSatisfy { !$0 })
        scene.reload { $0.extraPorts = "5900" }
        #expect(scene.sockets.reading.held.count == 7)
        scene.reload { ($0.extraPorts, $0.holdsUDP) = ("", true) }
        #expect(holds(scene) == six + ["623/udp held", "664/udp held"])
        scene.reload { $0.hold = .off }
        #expect(scene.sockets.reading.held.isEmpty && scene.toldNames().contains("letGo"))
    }

    @Test func `stay for the successor when the daemon stops, and go with OnStop=release`() {
        var keeping = scene()
        keeping.see(.stopping)
        #expect(keeping.sockets.reading.held.count == 6)
        var releasing = scene { $0.onStop = .release }
        releasing.see(.stopping)
        #expect(releasing.sockets.reading.held.isEmpty)
    }

    @Test func `beyond the limit are said`() {
        var scene = Scene(list: amt)
        scene.reload { $0.mode = .always }
        var many = HostInterface.eno1()
        many.ipv4 = (1...1_000).map { IPv4Address(bits: 0x0A00_0000 + UInt32($0)) }
        many.ipv4 = Array(many.ipv4.prefix(17))
        scene.see(.interfaces([many]))
        #expect(scene.status.reasons.contains { $0.id == "hold-limit" })
        many.ipv4 = (1...1_000).map { IPv4Address(bits: 0x0A00_0000 + UInt32($0)) }
        scene.see(.interfaces([many]))
        #expect(scene.sockets.reading.held.count == 96)
        #expect(
            scene.status.reasons.first { $0.id == "hold-limit" }?.says
                == "984 more addresses are not held: the limit is 16 addresses, and \(HoldPlan.mostHolds) ports in all")
    }

    @Test func `are shown to people by address, the refused with their reason`() {
        var scene = Scene(list: amt)
        #expect(scene.status.text.contains(Status.Line("Held", "none")))
        scene.sockets.obstacles = [Hold(address, 623): .notPermitted, Hold(address, 16994): .listener("lms.service")]
        scene.hear(.provisioned(.admin))
        let lines = scene.status.text
        let first = lines.firstIndex { $0.label == "Held" } ?? 0
        #expect(
            lines[first..<(first + 3)].map { "\($0.label): \($0.value)" } == [
                "Held: 192.0.2.20 tcp 664,16992-16993,16995",
                "Not held: 192.0.2.20 tcp 623: binding it is not permitted",
                ": 192.0.2.20 tcp 16994: lms.service listens there",
            ])
        #expect(
            (1...6).map { Hold(IPv4Address(bits: $0), 623) }.brief
                == "0.0.0.1 tcp 623; 0.0.0.2 tcp 623; 0.0.0.3 tcp 623; 0.0.0.4 tcp 623; and 2 more")
    }

    @Test(
        arguments: [
            (.listener("0.0.0.0", 16992), true), (.listener("192.0.2.20", 16992), true),
            (.listener("192.0.2.21", 16992), false), (.listener("127.0.0.1", 16992), false),
            (.listener("0.0.0.0", 16993), false), (.listener("0.0.0.0", 16992).with { $0.protocol = .udp }, false),
            (.listener("0.0.0.0", 16992).with { $0.isOwn = true }, false),
            (.listener("0.0.0.0", 16992).with { $0.takesIPv4 = false }, false),
        ] as [(LocalSocket, Bool)])
    func `have in their way what takes their address, and nothing of amtguard's own`(
        socket: LocalSocket, isInTheWay: Bool
    ) {
        #expect(socket.isInTheWay(of: Hold(address, 16992)) == isInTheWay)
    }

    @Test func `are told with another obstacle after exactly a minute`() {
        var scene = Scene(list: amt)
        scene.sockets.obstacles[Hold(address, 16992)] = .occupied(nil)
        scene.hear(.provisioned(.admin))
        for (seconds, names) in [(0.0, ["unheld"]), (59.9, []), (0.1, ["unheld"])] {
            _ = scene.told()
            scene.now += seconds
            let isListener = scene.sockets.obstacles[Hold(address, 16992)] == .listener(nil)
            scene.sockets.obstacles[Hold(address, 16992)] = isListener ? .occupied(nil) : .listener(nil)
            scene.see(.holds(scene.sockets.reading, .audit))
            if seconds == 59.9 { scene.sockets.obstacles[Hold(address, 16992)] = .listener(nil) }
            #expect(scene.toldNames() == names, "\(seconds)")
        }
    }
}

extension Effect {
    fileprivate var isHold: Bool { if case .hold = self { true } else { false } }
}
