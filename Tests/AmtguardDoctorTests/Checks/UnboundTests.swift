import AmtguardCore
import Testing

@testable import AmtguardDoctor

@Suite struct UnboundTests {
    static let debian = "include-toplevel: \"/etc/unbound/unbound.conf.d/*.conf\"\n"

    static let configurations = [
        Sample("no Unbound", [:], found: "ok"),
        Sample(
            "unbound 1.17.1-2+deb12u4 and 1.26.2-0+deb13u1",
            [
                "/etc/unbound/unbound.conf": "# Unbound configuration file for Debian.\n" + debian,
                "/etc/unbound/unbound.conf.d/root-auto-trust-anchor-file.conf":
                    "server:\n    auto-trust-anchor-file: \"/var/lib/unbound/root.key\"\n",
                "/etc/unbound/unbound.conf.d/remote-control.conf":
                    "remote-control:\n  control-enable: yes\n  control-interface: /run/unbound.ctl\n",
            ], found: "ok /etc/unbound/unbound.conf"),
        Sample(
            "the example of unbound 1.26.2, its lines active",
            [
                "/etc/unbound/unbound.conf":
                    "server:\n\toutgoing-port-permit: 32768\n\toutgoing-port-avoid: \"3200-3208\"\n"
            ], found: "ok /etc/unbound/unbound.conf"),
        Sample(
            "all ports, in a file of the folder",
            [
                "/etc/unbound/unbound.conf": debian,
                "/etc/unbound/unbound.conf.d/ports.conf": "server:\n  # many\n  outgoing-port-permit: 1024-65535\n",
            ], found: "note /etc/unbound/unbound.conf.d/ports.conf:3"),
        Sample(
            "all ports, and then without AMT's",
            [
                "/etc/unbound/unbound.conf": """
                server:
                  outgoing-port-permit: 1024-65535
                  outgoing-port-avoid: 16992-16995
                """
            ], found: "ok /etc/unbound/unbound.conf"),
        Sample(
            "in the wrong order",
            [
                "/etc/unbound/unbound.conf": """
                server:
                  outgoing-port-avoid: 16992-16995
                  outgoing-port-permit:"16000-17000" # one word
                """
            ], found: "note /etc/unbound/unbound.conf:3"),
        Sample(
            "two lines, one of them with ports on which AMT takes UDP",
            [
                "/etc/unbound/unbound.conf": """
                server: outgoing-port-permit: 600-1023
                  outgoing-port-permit: 16993
                """
            ], found: "warning /etc/unbound/unbound.conf:1", "note /etc/unbound/unbound.conf:2"),
        Sample(
            "relative to the directory",
            [
                "/etc/unbound/unbound.conf": "server: directory: '/srv/dns'\ninclude: ports.conf\n",
                "/srv/dns/ports.conf": "outgoing-port-permit: 16992\n",
            ], found: "note /srv/dns/ports.conf:1"),
        Sample(
            "missing, malformed, reversed, too high, without a value",
            [
                "/etc/unbound/unbound.conf": """
                include: "/etc/unbound/none.conf"
                outgoing-port-permit: 1-2-3
                outgoing-port-permit: 20000-10000
                outgoing-port-avoid: 65536
                outgoing-port-permit:
                """
            ],
            found: "unknown /etc/unbound/unbound.conf:2", "unknown /etc/unbound/unbound.conf:3",
            "unknown /etc/unbound/unbound.conf:4", "unknown /etc/unbound/unbound.conf:1"),
    ]

    @Test(arguments: configurations) func `permitted and avoided ports apply in their order`(
        _ configuration: Sample
    ) {
        #expect(Set(configuration.findings(of: .unbound)) == Set(configuration.found))
    }

    @Test func `the change names what to avoid`() {
        let machine = PaperMachine(files: ["/etc/unbound/unbound.conf": "outgoing-port-permit: 1024-65535"])
        let finding = Check.unbound.findings(on: machine, in: .concerned).first
        #expect(finding?.says == "this line permits queries from 16992-16995")
        #expect(finding?.change == "outgoing-port-avoid: \"16992-16995\" on a line below it.")
    }
}
