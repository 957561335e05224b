import AmtguardCore
import Testing

@testable import AmtguardDoctor

@Suite struct HaproxyTests {
    static let main = "/etc/haproxy/haproxy.cfg"

    static let configurations = [
        Sample("no HAProxy", [:], found: "ok"),
        Sample(
            "haproxy 2.6.12-1+deb12u4 and 3.0.11-1+deb13u4",
            [
                main: """
                global
                \tlog /dev/log\tlocal0
                \tstats socket /run/haproxy/admin.sock mode 660 level admin
                \t# See: https://ssl-config.mozilla.org/#server=haproxy&server-version=2.0.3&config=intermediate
                defaults
                \tmode\thttp
                        timeout connect 5000
                """
            ], found: "ok"),
        Sample(
            "the kernel chooses the port",
            [main: "backend b\n  source 192.0.2.20\n  server s1 192.0.2.1:80 source 192.0.2.20:0\n"], found: "ok"),
        Sample(
            "a range", [main: "backend b\n  server s1 192.0.2.1:80 check source 192.0.2.20:1024-65535 # all\n"],
            found: "warning \(main):2"),
        Sample(
            "a range above AMT's ports", [main: "  default-server source *:20000-60999 usesrc clientip\n"], found: "ok"),
        Sample(
            "one port of a section, by IPv6, in the folder",
            [
                "/etc/haproxy/conf.d/b.cfg":
                    "backend b\n source [2001:db8::1]:664\n source [2001:db8::1]\n balance source\n"
            ],
            found: "warning /etc/haproxy/conf.d/b.cfg:2"),
        Sample(
            "no port, reversed", [main: "source 192.0.2.1:http\nserver a b source :9-8\nsource\nserver a b source\n"],
            found: "unknown \(main):1", "unknown \(main):2"),
    ]

    @Test(arguments: configurations) func `only a source with ports is judged`(_ configuration: Sample) {
        #expect(configuration.findings(of: .haproxy) == configuration.found)
    }

    @Test func `a hold does not stop it, since it sets SO_REUSEADDR as well`() {
        var situation = Situation.concerned
        situation.held = .ofAMT
        let machine = Sample("one port", [Self.main: "source 192.0.2.20:16992\n"])
        #expect(machine.findings(of: .haproxy, in: situation) == ["warning \(Self.main):1"])
        situation.isHeldStrictly = true
        #expect(machine.findings(of: .haproxy, in: situation) == ["note \(Self.main):1"])
    }
}
