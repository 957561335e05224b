import AmtguardCore
import Testing

@testable import AmtguardDoctor

@Suite struct ListWritersTests {
    private static let key = "net.ipv4.ip_local_reserved_ports"

    static let configurations = [
        Sample(
            "procps 2:4.0.2-3 and systemd 252.39 of Debian 12",
            [
                "/usr/lib/sysctl.d/50-pid-max.conf": "kernel.pid_max = 4194304\n",
                "/etc/sysctl.conf": "#kernel.printk=3\n",
            ],
            found: "ok"),
        Sample(
            "keystone, as its installation guide says", ["/etc/sysctl.d/keystone.conf": "\(key) = 35357\n"],
            found: "note /etc/sysctl.d/keystone.conf:1"),
        Sample(
            "with AMT's ports", ["/etc/sysctl.d/a.conf": "\(key) = 623,664,16992-16995,35357\n"],
            found: "ok /etc/sysctl.d/a.conf:1"),
        Sample(
            "cleared at each boot", ["/etc/sysctl.d/a.conf": "\(key) =\n"], found: "note /etc/sysctl.d/a.conf:1"),
        Sample(
            "the first is overridden, and its ports are lost",
            ["/etc/sysctl.d/a.conf": "\(key) = 35357\n", "/etc/sysctl.d/b.conf": "\(key) = 623,664,16992-16995\n"],
            found: "ok /etc/sysctl.d/b.conf:1", "note /etc/sysctl.d/a.conf:1"),
        Sample(
            "the first is overridden by more",
            ["/etc/sysctl.d/a.conf": "\(key) = 623,664\n", "/etc/sysctl.d/b.conf": "\(key) = 623,664,16992-16995\n"],
            found: "ok /etc/sysctl.d/b.conf:1"),
        Sample(
            "sysctl --system reads another line last than systemd",
            ["/etc/sysctl.d/a.conf": "\(key) = 623,664,16992-16995\n", "/etc/sysctl.conf": "\(key) = 35357\n"],
            found: "ok /etc/sysctl.d/a.conf:1", "note /etc/sysctl.conf:1"),
        Sample(
            "ufw", ["/etc/ufw/sysctl.conf": "net/ipv4/ip_local_reserved_ports=8080\n"],
            found: "note /etc/ufw/sysctl.conf:1"),
        Sample(
            "a value that the kernel refuses writes nothing", ["/etc/sysctl.d/a.conf": "\(key) = \"8080\"\n"],
            found: "ok"),
        Sample(
            "a value that the kernel refuses overrides a good one all the same (systemd 252.39)",
            ["/etc/sysctl.d/a.conf": "\(key) = 8080\n\(key) = \"8443\"\n"], found: "note /etc/sysctl.d/a.conf:1"),
    ]

    @Test(arguments: configurations) func `guarded, no writer is an alarm`(_ configuration: Sample) {
        #expect(configuration.findings(of: .listWriters) == configuration.found)
    }

    @Test func `unguarded, a writer is an alarm where the kernel then chooses AMT's ports`() {
        let keystone = Sample("", ["/etc/sysctl.d/keystone.conf": "\(Self.key) = 35357\n"])
        var situation = Situation.concerned
        situation.guarding = .absent
        #expect(keystone.findings(of: .listWriters, in: situation) == ["note /etc/sysctl.d/keystone.conf:1"])
        situation.reach = PortSet(1024...65535)
        #expect(keystone.findings(of: .listWriters, in: situation) == ["warning /etc/sysctl.d/keystone.conf:1"])
        situation.reach = nil
        #expect(keystone.findings(of: .listWriters, in: situation) == ["warning /etc/sysctl.d/keystone.conf:1"])
    }

    @Test func `a guard that can't write is none, and a silent one is unknown`() {
        let keystone = Sample("", ["/etc/sysctl.d/keystone.conf": "\(Self.key) = 35357\n"])
        var situation = Situation.concerned
        situation.reach = PortSet(1024...65535)
        for (guarding, severity) in [
            (Guarding.hindered, "warning"), (.observes, "warning"), (.unknown("", advice: ""), "unknown"),
        ] {
            situation.guarding = guarding
            #expect(
                keystone.findings(of: .listWriters, in: situation) == ["\(severity) /etc/sysctl.d/keystone.conf:1"])
        }
    }

    @Test func `the exact value is offered`() {
        let machine = PaperMachine(files: ["/etc/sysctl.d/keystone.conf": "\(Self.key) = 35357,5000-5010\n"])
        let finding = Check.listWriters.findings(on: machine, in: .concerned).first
        #expect(finding?.change == "Set net.ipv4.ip_local_reserved_ports = 623,664,5000-5010,16992-16995,35357")
        #expect(finding?.consequence == "amtguardd adds 623,664,16992-16995 each time")
        #expect(finding?.says == "the list is set to 5000-5010,35357 at each boot and by sysctl --system")
    }

    @Test func `a value of thousands of ports is not repeated`() {
        let ports = stride(from: 20001, to: 40001, by: 2).map(String.init).joined(separator: ",")
        let machine = PaperMachine(files: ["/etc/sysctl.d/a.conf": "\(Self.key) = \(ports)\n"])
        let finding = Check.listWriters.findings(on: machine, in: .concerned).first
        #expect(finding?.change == "Add 623,664,16992-16995 to the value.")
        #expect((finding?.says.utf8.count ?? 0) < 250)
    }

    @Test func `a file of thousands of lines ends in a few findings`() {
        let lines = (1...2_000).map { "\(Self.key) = \($0)\n\(String(repeating: "*", count: 9)) = 1\n" }.joined()
        let findings = Check.listWriters.findings(
            on: PaperMachine(files: ["/etc/sysctl.d/a.conf": lines]), in: .concerned)
        #expect((2...33).contains(findings.count))
        #expect(findings.first?.place == Place("/etc/sysctl.d/a.conf", 3_999))
    }

    @Test func `a pipe in the place of a file is told, and the rest is read`() {
        var machine = PaperMachine(files: ["/etc/sysctl.d/b.conf": "\(Self.key) = 35357\n"])
        machine.unreadable = ["/etc/sysctl.d/a.conf": Unreadable("not a regular file")]
        let findings = Check.listWriters.findings(on: machine, in: .concerned)
        #expect(findings.map(\.severity) == [.unknown, .note])
    }
}
