import AmtguardCore
import Testing

@Suite struct `What a probe connects to` {
    @Test(
        arguments: [
            ("server:22", "server", 22), ("192.0.2.1:65535", "192.0.2.1", 65535), ("[2001:db8::1]:1", "2001:db8::1", 1),
            ("[fe80::1%eth0]:22", "fe80::1%eth0", 22), ("a.b-c.example:443", "a.b-c.example", 443),
        ] as [(String, String, UInt16)])
    func `is a host and a port`(text: String, host: String, port: UInt16) throws {
        let service = try ProbeService(text)
        #expect(service.host == host && service.port == port)
    }

    @Test(arguments: [
        ("", "there is no port"), ("server", "there is no port"), (":22", "there is no host"), ("[]:22", "in brackets"),
        ("2001:db8::1:22", "in brackets"), ("server:", "the port is not"), ("server:0", "the port is not"),
        ("server:65536", "the port is not"), ("server:ssh", "the port is not"), ("server:+22", "the port is not"),
        ("ser ver:22", "no name and no address"), ("\u{1B}[2J:22", "in brackets"), ("é:22", "no name and no address"),
        ("[2001:db8::1]", "in brackets"), ("[2001:db8::1]22", "in brackets"),
    ])
    func `is nothing else, which is said in one line`(text: String, what: String) {
        let malformed = #expect(throws: ProbeService.Malformed.self) { try ProbeService(text) }
        #expect(malformed?.message.contains(what) == true, "\(malformed?.message ?? "")")
        #expect(malformed?.message.contains("Allowed: HOST:PORT") == true)
        #expect(malformed?.message.allSatisfy { $0 >= " " && $0 <= "~" } == true)
    }

    @Test func `has a name of a bounded length`() {
        #expect(throws: ProbeService.Malformed.self) { try ProbeService(String(repeating: "x", count: 254) + ":22") }
    }
}
