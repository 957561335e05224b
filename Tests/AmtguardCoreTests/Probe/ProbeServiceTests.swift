import AmtguardCore
import Testing

@Suite struct `What a probe connects to` {
    @Test(
        arguments: [
            ("server:22", "server", 22), ("192.0.2.1:65535", "192.0.2.1", 65535), ("[2001:db8::1]:1", "2001:db8::1", 1),
            ("[fe80::1%eth0]:22", "fe80::1%eth0", 22), ("a.b-c.example:443", "a.b-c.example", 443),
            ("!~:80", "!~", 80),
        ] as [(String, String, UInt16)])
    func `is a host and a port`(text: String, host: String, port: UInt16) throws {
        let service = try ProbeService(text)
        #expect(service.host == host && service.port == port)
    }

    @Test(arguments: [
        ("", "there is no port"), ("server", "there is no port"), (":22", "there is no host"), ("[]:22", "in brackets"),
        ("2001:db8::1:22", "in brackets"), ("server:", "the port is not"), ("server:0", "the port is not"),
        ("server:65536", "the port is not"), ("server:ssh", "no service is called"),
        ("server:+22", "no service is called"),
        ("ser ver:22", "no name and no address"), ("\u{1B}[2J:22", "in brackets"), ("é:22", "no name and no address"),
        ("[2001:db8::1]", "there is no port"), ("[2001:db8::1]22", "in brackets"),
        ("a1://server:80", "in brackets"), ("é://server:80", "in brackets"),
    ])
    func `is nothing else, which is said in one line`(text: String, what: String) {
        let malformed = #expect(throws: ProbeService.Malformed.self) { try ProbeService(text) }
        #expect(malformed?.message.contains(what) == true, "\(malformed?.message ?? "")")
        #expect(malformed?.message.contains("Allowed: HOST:PORT") == true)
        #expect(malformed?.message.allSatisfy { $0 >= " " && $0 <= "~" } == true)
    }

    @Test(
        arguments: [
            ("server:ssh", "server", 22, nil), ("http://server/index.html", "server", 80, "http:///index.html"),
            ("http://192.0.2.1:8080", "192.0.2.1", 8080, "http://"),
            ("ssh://[2001:db8::1]", "2001:db8::1", 22, "ssh://"),
        ] as [(String, String, UInt16, String?)])
    func `may have the name of a service, or be pasted from a browser`(
        text: String, host: String, port: UInt16, leftOut: String?
    ) throws {
        let service = try ProbeService(text) { ["ssh": 22, "http": 80][$0] }
        #expect(service.host == host && service.port == port && service.leftOut == leftOut)
    }

    @Test func `has a name of a bounded length`() {
        #expect(throws: ProbeService.Malformed.self) { try ProbeService(String(repeating: "x", count: 254) + ":22") }
    }
}
