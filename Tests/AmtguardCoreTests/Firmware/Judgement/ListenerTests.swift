import Testing

@testable import AmtguardCore

@Suite struct `AMT's listeners` {
    /// The expectation for 16992, 623, 16993, 664, 16994, 16995.
    static let rows: [(String, FirmwareAnswer, String)] = [
        ("no TLS", .heard(.post, .admin), "open closed open closed open closed"),
        ("TLS", .heard(.post, .admin, tls: true), "closed open closed open closed open"),
        ("TLS, 16.1", .heard(.post, .admin, tls: true, version: "16.1.25"), "closed open closed open closed open"),
        (
            "no TLS, 16.1", .heard(.post, .client, version: "16.1.25"),
            "unknown open unknown open unknown open"
        ),
        (
            "no TLS, 16.1 by the engine's version",
            .heard(.post, .client).with {
                $0.amtVersion = .unknown("not told")
                $0.firmwareVersion = .known("16.1.30.2361")
            }, "unknown open unknown open unknown open"
        ),
        ("no TLS, 16.0", .heard(.post, .client, version: "16.0.15"), "open closed open closed open closed"),
        ("no TLS, 19", .heard(.post, .admin, version: "19.0.0"), "closed open closed open closed open"),
        ("legacy, an odd version", .heard(.post, .none, version: "x"), "open closed open closed open closed"),
        ("no redirection", .heard(.post, .admin, redirection: []), "open closed open closed closed closed"),
        (
            "no redirection, 16.1", .heard(.post, .admin, version: "16.1.25", redirection: []),
            "unknown open unknown open closed closed"
        ),
        (
            "redirection not told", .heard(.post, .admin).with { $0.redirection = .unknown(.refused(.unsupported)) },
            "open closed open closed unknown unknown"
        ),
        (
            "security not told", .heard(.post, .admin).with { $0.security = .unknown(.refused(.unsupported)) },
            "unknown unknown unknown unknown unknown unknown"
        ),
        (
            "outside its company's network", .heard(.post, .admin).with { $0.remoteAccess = .known(.outside) },
            "closed closed closed closed closed closed"
        ),
        (
            "the same with a tunnel", .heard(.post, .admin, tls: true).with { $0.remoteAccess = .known(.tunnelled) },
            "closed open closed open closed open"
        ),
        ("no network", .heard(.post, .admin, network: false), "closed closed closed closed closed closed"),
        // There is no evidence for what the hardware does with these ports in this state.
        ("unprovisioned", .heard(.pre, .none), "unknown unknown unknown unknown unknown unknown"),
        ("provisioning", .heard(.in, .none), "unknown unknown unknown unknown unknown unknown"),
        ("disabled", .disabled, "unknown unknown unknown unknown unknown unknown"),
        ("silent", .silent(.silent, .silent), "unknown unknown unknown unknown unknown unknown"),
    ]

    /// Of 623 and 664.
    private static func udp(_ answer: FirmwareAnswer) -> [String] {
        if answer.remoteAccess.value == .outside { return ["closed", "closed"] }
        return answer.provisioningState.value == .pre ? ["open", "unknown"] : ["unknown", "unknown"]
    }

    @Test(arguments: ["6.0.99", "6.1.0", "x", "21.0.2"])
    func `answer pings before AMT is provisioned from 6.1 on`(version: String) {
        var scene = Scene()
        scene.see(.firmware(.answer(.heard(.pre, .none, version: version))))
        let ping = scene.status.amt.listeners?.first { $0.port == 623 && $0.protocol == "udp" }
        #expect((ping?.expected == "open") == ["6.1.0", "21.0.2"].contains(version))
    }

    @Test(arguments: rows)
    func `follow from its state, TLS, redirection and version`(name: String, answer: FirmwareAnswer, words: String) {
        var scene = Scene()
        scene.see(.firmware(.answer(answer)))
        let listeners = scene.status.amt.listeners ?? []
        #expect(listeners.filter { $0.protocol == "tcp" }.map(\.expected).joined(separator: " ") == words, "\(name)")
        #expect(listeners.filter { $0.protocol == "tcp" }.map(\.port) == [623, 664, 16992, 16993, 16994, 16995])
        #expect(listeners.filter { $0.protocol == "udp" }.map(\.expected) == Self.udp(answer))
        #expect(listeners.allSatisfy { !$0.evidence.isEmpty && $0.evidence.oneLineOnly })
        #expect(scene.status.ports.required == amt.description)
    }

    @Test func `are not spoken of before the firmware was asked`() {
        #expect(Scene().status.amt.listeners == nil && Scene().status.amt.interfaces == nil)
    }

    static let listeners: [(LocalSocket, String?)] = [
        (.listener("0.0.0.0", 16992, uid: 0, unit: "lms.service"), "lms"),
        (.listener("0.0.0.0", 16992, uid: 988, unit: "intel-lms.service"), "lms"),
        (.listener("0.0.0.0", 16992, uid: 0, unit: "films.service"), nil),
        // A known name decides.
        (.listener("0.0.0.0", 16992, uid: 0, unit: "session-3.scope").run(by: "bash", "lms", "sshd"), "lms"),
        (.listener("0.0.0.0", 16992, uid: 0, unit: "snap.lms.lms.service").run(by: "lms"), "lms"),
        (.listener("0.0.0.0", 16992, uid: 0).run(by: "lms"), "lms"),
        (.listener("0.0.0.0", 16992, uid: 0).run(by: "nc"), nil),
        (.listener("0.0.0.0", 16992, uid: 0, unit: "lms.service").run(by: "python3"), nil),
        (.listener("0.0.0.0", 16992, uid: 1000, unit: "session-3.scope").run(by: "lms"), nil),
        (.listener("0.0.0.0", 16992, uid: 1000, unit: "lms.service"), nil),
        (.listener("0.0.0.0", 16992, uid: 0, unit: "session-3.scope"), nil),
        (.listener("127.0.0.1", 623, uid: 0), "lms"),
        (.listener("127.0.0.1", 16992, uid: 1000), nil),
        (.listener("0.0.0.0", 16992, uid: 0, unit: "nginx.service"), nil),
        (.listener("192.0.2.20", 16993, uid: 0), nil),
        (.listener("192.0.2.77", 16993, uid: 5), nil),
        (LocalSocket(.udp, .v4(ip("0.0.0.0")), port: 623, .unconnected, uid: 0), nil),
    ]

    @Test func `of the host itself are presumed to be Intel LMS by their process and unit, or as root's without both`()
    {
        var scene = Scene()
        scene.see(.interfaces([.eno1("192.0.2.20")]))
        scene.see(.firmware(.answer(.heard(.post, .admin, wired: .wired("192.0.2.20")))))
        #expect(scene.status.amt.hostListeners == nil)
        let others: [LocalSocket] = [.listener("0.0.0.0", 5900), .connection("192.0.2.20", 16992, to: "192.0.2.9")]
        scene.see(.sockets(SocketReading(Self.listeners.map(\.0) + others)))
        #expect(scene.status.amt.hostListeners?.map(\.presumed) == Self.listeners.map(\.1))
        let text = scene.status.firmwareText.filter { $0.label == "On the host" }.map(\.value)
        #expect(text.first == "0.0.0.0:16992/tcp by lms.service, presumably Intel LMS")
        #expect(text.last == "0.0.0.0:623/udp by uid 0")
        scene.see(.sockets(SocketReading([])))
        #expect(scene.status.amt.hostListeners == [])
        scene.see(.sockets(nil))
        #expect(scene.status.amt.hostListeners == nil)
        #expect(scene.status.reasons.map(\.id) == ["sockets-unknown"])
    }

    @Test func `and all the rest are shown by amtguardctl firmware, each with its evidence`() {
        var scene = Scene()
        scene.hear(.heard(.post, .admin, wired: .wired("192.0.2.20")))
        let shown = scene.status.firmwareText.map { "\($0.label)|\($0.value)" }
        for line in [
            "AMT|provisioned, admin control mode, firmware 15.0.42", "|amthi: AMT says that it is provisioned",
            "Answer|the firmware answered", "Asked|2026-11-22T20:01:40Z", "Control mode|admin (amthi)",
            "Address|wired: shared with eno1 (192.0.2.20)", "|AMT has the same address by DHCP",
            "Address|wireless: none",
            "Listens|16992/tcp open: provisioned, TLS is off", "Listens|16993/tcp closed: provisioned, TLS is off",
            "Listens|623/udp, 664/udp unknown: the firmware does not report whether it answers RMCP",
            "On the host|0.0.0.0:16992/tcp by lms.service, presumably Intel LMS",
        ] {
            #expect(shown.contains(line), "\(line)")
        }
        #expect(shown.contains { $0.hasPrefix("Unknown|") && $0.hasSuffix(": not asked") })
        #expect(!shown.contains { $0.contains("UUID") })
        let brief = scene.status.text.map { "\($0.label)|\($0.value)" }
        #expect(brief.contains("AMT|provisioned, admin control mode, firmware 15.0.42"))
        #expect(brief.contains("Address|wired: shared with eno1 (192.0.2.20)"))
        #expect(Scene().status.firmwareText.contains { $0.label == "Answer" && $0.value.contains("not asked yet") })
        let without = Scene(presence: .without).status.firmwareText
        #expect(without.contains { $0.label == "Answer" && $0.value == "there is no firmware to ask" })
        // Every word of it is in the JSON.
        let json = scene.status.json.description
        for field in scene.status.amt.firmware?.fields ?? [] { #expect(json.contains(field.label)) }
    }
}

extension RemoteAccess {
    fileprivate static let tunnelled = RemoteAccess(
        network: .outside, connection: .connected, trigger: Trigger(rawValue: 3), host: "mps.example.com")
    fileprivate static let outside = RemoteAccess(
        network: .outside, connection: Connection(rawValue: 0), trigger: Trigger(rawValue: 0), host: "")
}
