import AmtguardCore
import Testing

@testable import AmtguardDoctor

@Suite struct PowerdnsRecursorTests {
    static let old = """
        config-dir=/etc/powerdns
        hint-file=/usr/share/dns/root.hints
        include-dir=/etc/powerdns/recursor.d
        # udp-source-port-avoid=11211
        # udp-source-port-min=1024
        quiet=yes
        """
    static let yaml = """
        dnssec:
          # validation: process # default
          trustanchorfile: /usr/share/dns/root.key
        recursor:
          hint_file: /usr/share/dns/root.hints
          include_dir: /etc/powerdns/recursor.d
          security_poll_suffix: ''
        incoming:
        outgoing:
         # source_address:
         # - 0.0.0.0 # default
        """

    static let configurations = [
        Sample("no recursor", [:], found: "ok"),
        Sample(
            "pdns-recursor 4.8.8-1+deb12u1: its default, 1024-65535", ["/etc/powerdns/recursor.conf": old],
            found: "note /etc/powerdns/recursor.conf"),
        Sample(
            "pdns-recursor 5.2.13-0+deb13u1 and 5.4.9-1: the same default, in YAML",
            ["/etc/powerdns/recursor.conf": yaml], found: "note /etc/powerdns/recursor.conf"),
        Sample(
            "avoided in the folder",
            [
                "/etc/powerdns/recursor.conf": old,
                "/etc/powerdns/recursor.d/amt.conf": "udp-source-port-avoid=11211, 16992,16993,16994,16995\n",
                "/etc/powerdns/recursor.d/amt.conf.bak": "udp-source-port-min=2000\n",
            ], found: "ok /etc/powerdns/recursor.conf"),
        Sample(
            "added, on a line that goes on",
            [
                "/etc/powerdns/recursor.conf":
                    old + "\nudp-source-port-avoid+=16992, \\\n 16993,16994\nudp-source-port-avoid += 16995\n"
            ], found: "ok /etc/powerdns/recursor.conf"),
        Sample(
            "replaced by a later line",
            [
                "/etc/powerdns/recursor.conf":
                    "udp-source-port-avoid=16992,16993,16994,16995\nudp-source-port-avoid=11211\n"
            ],
            found: "note /etc/powerdns/recursor.conf"),
        Sample(
            "above AMT's ports", ["/etc/pdns-recursor/recursor.conf": "udp-source-port-min=32768 # as the kernel\n"],
            found: "ok /etc/pdns-recursor/recursor.conf:1"),
        Sample(
            "ends among AMT's ports",
            ["/etc/pdns-recursor/recursor.conf": "threads=2\nudp-source-port-max=16993\n"],
            found: "note /etc/pdns-recursor/recursor.conf:2"),
        Sample(
            "YAML, avoided",
            [
                "/etc/powerdns/recursor.yml": """
                outgoing:
                  udp_source_port_avoid: # AMT
                  - '16992'
                  - "16993"
                  - 16994
                  - 16995
                """,
                "/etc/powerdns/recursor.conf": "udp-source-port-min=1024\n",
            ], found: "ok /etc/powerdns/recursor.yml"),
        Sample(
            "YAML, avoided in brackets over two lines, and replaced by a file of the folder",
            [
                "/etc/powerdns/recursor.conf": yaml.replacing(
                    "outgoing:", with: "outgoing:\n  udp_source_port_avoid: [16992, 16993,\n    16994, 16995]"),
                "/etc/powerdns/recursor.d/b.yml": "outgoing:\n  udp_source_port_avoid: !override [11211]\n",
            ], found: "note /etc/powerdns/recursor.conf"),
        Sample(
            "YAML, a range", ["/etc/powerdns/recursor.yml": "outgoing:\n  udp_source_port_min: 17000\n"],
            found: "ok /etc/powerdns/recursor.yml:2"),
        Sample(
            "YAML, the key in another section",
            ["/etc/powerdns/recursor.yml": "incoming:\n  udp_source_port_min: 17000\n"],
            found: "note /etc/powerdns/recursor.yml"),
        Sample(
            "reversed", ["/etc/powerdns/recursor.conf": "udp-source-port-min=20000\nudp-source-port-max=10000\n"],
            found: "unknown /etc/powerdns/recursor.conf:1"),
        Sample(
            "no port", ["/etc/powerdns/recursor.yml": "outgoing:\n  udp_source_port_min: many\n"],
            found: "unknown /etc/powerdns/recursor.yml:2", "note /etc/powerdns/recursor.yml"),
    ]

    @Test(arguments: configurations) func `both languages are read, with their folders`(
        _ configuration: Sample
    ) {
        #expect(configuration.findings(of: .powerdnsRecursor) == configuration.found)
    }

    @Test(arguments: [
        (old, "In /etc/powerdns/recursor.conf: udp-source-port-avoid+=16992,16993,16994,16995"),
        (
            yaml,
            "In /etc/powerdns/recursor.conf, below outgoing: "
                + "udp_source_port_avoid: [4791, 11211, 16992, 16993, 16994, 16995]"
        ),
    ]) func `the change is in the file's language`(_ text: String, _ change: String) {
        let machine = PaperMachine(files: ["/etc/powerdns/recursor.conf": text])
        #expect(Check.powerdnsRecursor.findings(on: machine, in: .concerned).map(\.change) == [change])
    }
}
