import AmtguardCore
import Testing

@testable import AmtguardDoctor

@Suite struct BindTests {
    /// The files into which Debian splits it.
    static func debian(_ options: String) -> [String: String] {
        [
            "/etc/bind/named.conf": """
            // This is the primary configuration file for the BIND DNS server named.
            include "/etc/bind/named.conf.options";
            include "/etc/bind/named.conf.local";
            """,
            "/etc/bind/named.conf.options": options,
            "/etc/bind/named.conf.local": "//include \"/etc/bind/zones.rfc1918\";\n",
        ]
    }

    static let configurations = [
        Sample("no BIND", [:], found: "ok"),
        Sample(
            "bind9 1:9.18.49-1~deb12u3",
            debian(
                """
                options {
                \tdirectory "/var/cache/bind";
                \t// ports to talk.  See http://www.kb.cert.org/vuls/id/800113
                \t// forwarders {
                \t// \t0.0.0.0;
                \t// };
                \tdnssec-validation auto;
                \tlisten-on-v6 { any; };
                };
                """), found: "ok /etc/bind/named.conf"),
        Sample(
            "bind9 1:9.20.30-1~deb13u1, without the file that it includes",
            [
                "/etc/bind/named.conf": """
                include "/etc/bind/named.conf.options";
                include "/etc/bind/named.conf.local";
                include "/etc/bind/named.conf.root-hints";
                """,
                "/etc/bind/named.conf.options": "options {\n\tdirectory \"/var/cache/bind\";\n};\n",
                "/etc/bind/named.conf.local": "//\n",
            ], found: "unknown /etc/bind/named.conf:3"),
        Sample(
            "a range of its own, above AMT's ports", debian("options { use-v4-udp-ports { range 32768 65535; }; };"),
            found: "ok /etc/bind/named.conf"),
        Sample(
            "a wide range for IPv4",
            debian("options {\n  use-v4-udp-ports {\n    range 1024 16000;\n    range 16001 65535;\n  };\n};"),
            found: "note /etc/bind/named.conf.options:4", "ok /etc/bind/named.conf"),
        Sample(
            "the manual's example for BIND 9.5 to 9.20, both families",
            debian(
                """
                options {
                  use-v4-udp-ports { range 1024 65535; }; use-v6-udp-ports { range 1024 65535; };
                };
                """), found: "note /etc/bind/named.conf.options:2"),
        Sample(
            "a wide range, and AMT's ports avoided",
            debian(
                """
                options { # both
                  avoid-v4-udp-ports { range 16992 16995; 623; 664; };
                  use-v4-udp-ports { range 1024 65535; };
                  /* use-v6-udp-ports { range 600 700; }; */
                };
                """), found: "ok /etc/bind/named.conf"),
        Sample(
            "privileged ports", debian("options { use-v4-udp-ports { range 600 700; }; };"),
            found: "warning /etc/bind/named.conf.options:1", "ok /etc/bind/named.conf"),
        Sample(
            "fixed ports",
            [
                "/etc/named.conf": """
                options {
                    directory "/var/named";
                    query-source address * port 16992;
                    query-source-v6 address * port 53;
                };
                zone "example.org" {
                    transfer-source 192.0.2.20 port 664;
                    notify-source * port *;
                };
                """
            ],
            found: "ok /etc/named.conf", "note /etc/named.conf:3", "warning /etc/named.conf:7"),
        Sample(
            "relative to the directory, by a pattern",
            [
                "/etc/named.conf": "options { directory \"/var/named\"; include \"ports/*.conf\"; };",
                "/var/named/ports/a.conf": "// none\n",
                "/var/named/ports/b.conf": "query-source port 623;\n",
            ], found: "ok /etc/named.conf", "warning /var/named/ports/b.conf:1"),
        Sample(
            "no ports, reversed, too high, unclosed",
            [
                "/etc/named.conf": """
                options {
                    use-v4-udp-ports { range many 2; };
                    use-v6-udp-ports { range 20000 10000; };
                    avoid-v4-udp-ports { 70000;
                """
            ], found: "unknown /etc/named.conf:2", "unknown /etc/named.conf:3", "unknown /etc/named.conf:4"),
        Sample(
            "includes itself", ["/etc/named.conf": "options { };\ninclude \"/etc/named.conf\";\n"],
            found: "unknown /etc/named.conf:2"),
    ]

    @Test(arguments: configurations) func `only lists and ports that include AMT's are told`(
        _ configuration: Sample
    ) {
        #expect(configuration.findings(of: .bind) == configuration.found)
    }

    @Test func `the default is the kernel's range, whatever the list says`() {
        var situation = Situation.concerned
        situation.reach = PortSet(1024...65535)
        let machine = PaperMachine(files: Self.debian("options { };"))
        let findings = Check.bind.findings(on: machine, in: situation)
        #expect(findings.map(\.severity) == [.note])
        #expect(findings.first?.place == Place("/etc/bind/named.conf"))
        #expect(findings.first?.says == "queries may come from 16992-16995, which the kernel's range includes")
        #expect(
            findings.first?.change == "In options { ... } of /etc/bind/named.conf: "
                + "avoid-v4-udp-ports { range 16992 16995; }; avoid-v6-udp-ports { range 16992 16995; }; "
                + "With BIND 9.21.2 or later, set net.ipv4.ip_local_port_range = 32768 60999 instead.")
    }

    @Test(
        arguments: [
            (["libdns-9.18.49-1~deb12u1-Debian.so"], ["avoid"]), (["libdns-9.16.23-RH.so", "libc.so.6"], ["avoid"]),
            (["libdns-9.21.1.so"], ["avoid"]), (["libdns-9.21.2.so"], ["set"]),
            (["libdns-10.0.0.so"], ["avoid", "set"]),
            (["libdns-9.18.1.so", "libdns-9.22.0.so"], ["avoid", "set"]), ([], ["avoid", "set"]),
        ] as [([String], Set<String>)])
    func `its library tells the version, and so the change`(_ libraries: [String], _ changes: Set<String>) {
        var situation = Situation.concerned
        situation.reach = PortSet(1024...65535)
        var machine = PaperMachine(files: Self.debian("options { };"))
        for library in libraries { machine.files["/usr/lib/x86_64-linux-gnu/\(library)"] = "" }
        let change = Check.bind.findings(on: machine, in: situation).first?.change ?? ""
        #expect(change.contains("avoid-v4-udp-ports") == changes.contains("avoid"), "\(change)")
        #expect(
            change.lowercased().contains("set net.ipv4.ip_local_port_range") == changes.contains("set"), "\(change)")
    }

    @Test func `a version without the options follows the kernel's range, whatever they say`() {
        let options =
            "options { avoid-v4-udp-ports { range 16992 16995; }; avoid-v6-udp-ports { range 16992 16995; }; };"
        var situation = Situation.concerned
        situation.reach = PortSet(1024...65535)
        var machine = PaperMachine(files: Self.debian(options))
        machine.files["/usr/lib64/libdns-9.18.1.so"] = ""
        #expect(Check.bind.findings(on: machine, in: situation).map(\.severity) == [.ok])
        machine.files = Self.debian(options)
        machine.files["/usr/lib64/libdns-9.21.2.so"] = ""
        #expect(Check.bind.findings(on: machine, in: situation).map(\.severity) == [.note])
    }

    @Test func `a hold does not stop a port that is repeated by TCP`() {
        var situation = Situation.concerned
        situation.held = .ofAMT
        let machine = Sample("fixed", ["/etc/named.conf": "options { notify-source * port 16992; };"])
        #expect(machine.findings(of: .bind, in: situation) == ["ok /etc/named.conf", "warning /etc/named.conf:1"])
        situation.isHeldStrictly = true
        #expect(machine.findings(of: .bind, in: situation) == ["ok /etc/named.conf", "note /etc/named.conf:1"])
    }

    @Test func `a hold of UDP stops a port of UDP`() {
        var situation = Situation.concerned
        let machine = Sample("low", Self.debian("options { use-v4-udp-ports { range 600 700; }; };"))
        let file = "/etc/bind/named.conf"
        situation.held = .ofAMT
        #expect(machine.findings(of: .bind, in: situation).first == "warning \(file).options:1")
        situation.heldUDP = .ofAMTsUDP
        #expect(machine.findings(of: .bind, in: situation).first == "note \(file).options:1")
    }

    @Test func `what is lost is said as surely as AMT's address is known`() {
        let machine = PaperMachine(files: Self.debian("options { use-v4-udp-ports { range 600 700; }; };"))
        func finding(_ sharing: Sharing) -> Diagnosis.Finding? {
            var situation = Situation.concerned
            situation.sharing = sharing
            return Check.bind.findings(on: machine, in: situation).first
        }
        #expect(finding(.shared([]))?.consequence?.hasPrefix("AMT takes the answers to UDP 623,664") == true)
        #expect(finding(.unknown)?.consequence?.hasPrefix("AMT may take the answers to UDP 623,664") == true)
        #expect(finding(.unknown)?.severity == .warning)
        #expect(
            finding(.no)?.consequence
                == "AMT would take the answers to UDP 623,664 if it shared an address of this host")
        #expect(finding(.no)?.severity == .note)
    }

    @Test func `what root alone may read is said to be so`() {
        let machine = PaperMachine(
            unreadable: ["/etc/named.conf": Unreadable("permission denied", needsRoot: true)])
        let findings = Check.bind.findings(on: machine, in: .concerned)
        #expect(findings.map(\.severity) == [.unknown])
        #expect(findings.first?.change == "Run amtguardctl doctor as root.")
        #expect(findings.first?.needsRoot == true)
    }
}
