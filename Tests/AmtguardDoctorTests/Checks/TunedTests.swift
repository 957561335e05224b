import AmtguardCore
import Testing

@testable import AmtguardDoctor

@Suite struct TunedTests {
    private static let range = "/proc/sys/net/ipv4/ip_local_port_range"
    private static let active = "/etc/tuned/active_profile"
    private static let mine = "/etc/tuned/mine/tuned.conf"

    /// The kernel settings of tuned 2.20.0-1, Debian 12.
    private static let package = [
        "/usr/lib/tuned/oracle/tuned.conf":
            "#\n[main]\nsummary=Optimize for Oracle\ninclude=throughput-performance\n\n[sysctl]\nvm.swappiness = 10\n"
            + "net.ipv4.ip_local_port_range = 9000 65499\n\n[vm]\ntransparent_hugepages=never\n",
        "/usr/lib/tuned/throughput-performance/tuned.conf":
            "[main]\nsummary=Broadly applicable tuning\n[disk]\nreadahead=>4096\n[sysctl]\nvm.dirty_ratio = 40\n"
            + "net.core.somaxconn=>2048\n[sysctl.thunderx]\ntype=sysctl\nkernel.numa_balancing=0\n",
        "/usr/lib/tuned/openshift/tuned.conf":
            "[main]\ninclude=${f:virt_check:virtual-guest:throughput-performance}\n[sysctl]\nnet.ipv4.ip_forward=1\n",
        "/usr/lib/tuned/virtual-guest/tuned.conf":
            "[main]\ninclude=throughput-performance\n[sysctl]\nvm.swappiness = 30\n",
    ]

    private static func configuration(
        _ name: String, profile: String, _ files: [String: String] = [:], running: String = "32768\t60999\n",
        found: String...
    ) -> Sample {
        var all = package.merging(files) { $1 }
        all[active] = profile + "\n"
        all[range] = running
        var configuration = Sample(name, all)
        configuration.found = found
        return configuration
    }

    private static func profile(_ settings: String, include: String = "") -> [String: String] {
        [mine: "[main]\n\(include.isEmpty ? "" : "include=\(include)")\n[sysctl]\n\(settings)\n"]
    }

    static let unguarded = [
        configuration("tuned 2.20.0-1, throughput-performance", profile: "throughput-performance", found: "ok"),
        configuration("tuned 2.20.0-1, openshift", profile: "openshift", found: "ok"),
        configuration(
            "tuned 2.20.0-1, oracle", profile: "oracle", running: "9000\t65499\n",
            found: "warning /usr/lib/tuned/oracle/tuned.conf:8"),
        configuration(
            "oracle, but not in force", profile: "oracle", found: "note /usr/lib/tuned/oracle/tuned.conf:8"),
        configuration(
            "two profiles at once", profile: "throughput-performance oracle", running: "9000\t65499\n",
            found: "warning /usr/lib/tuned/oracle/tuned.conf:8"),
        configuration(
            "oracle mended by a profile that includes it", profile: "mine",
            profile("net.ipv4.ip_local_port_range = 32768 60999", include: "oracle"), found: "ok \(mine):4"),
        configuration(
            "a range that is quoted", profile: "mine", profile("net.ipv4.ip_local_port_range=\"1024 65535\""),
            running: "1024\t65535\n", found: "warning \(mine):4"),
        configuration(
            "a comment behind the value", profile: "mine", profile("net.ipv4.ip_local_port_range = 1024 65535 # wide"),
            running: "1024\t65535\n", found: "warning \(mine):4"),
        configuration(
            "a section of another name", profile: "mine",
            [mine: "[main]\n[ports]\ntype=sysctl\nnet.ipv4.ip_local_port_range=1024 65535\n"],
            running: "1024\t65535\n", found: "warning \(mine):4"),
        configuration(
            "a section of another plug-in", profile: "mine", [mine: "[script]\nnet.ipv4.ip_local_port_range=1 65535\n"],
            found: "ok"),
        configuration(
            "a loop of includes", profile: "mine",
            profile("net.ipv4.ip_local_port_range=32768 60999", include: "mine, mine"),
            found: "ok \(mine):4"),
        configuration(
            "the administrator's copy hides that of the package", profile: "oracle",
            ["/etc/tuned/oracle/tuned.conf": "[sysctl]\nvm.swappiness=1\n"], found: "ok"),
        configuration(
            "a profile that includes its namesake", profile: "oracle",
            ["/etc/tuned/oracle/tuned.conf": "[main]\ninclude=oracle\n"], running: "9000\t65499\n",
            found: "warning /usr/lib/tuned/oracle/tuned.conf:8"),
        configuration(
            "the directories of tuned 2.23", profile: "net",
            ["/etc/tuned/profiles/net/tuned.conf": "[sysctl]\nnet.ipv4.ip_local_port_range=1024 65535\n"],
            running: "1024\t65535\n", found: "warning /etc/tuned/profiles/net/tuned.conf:2"),
        configuration("a profile that is nowhere", profile: "gone", found: "unknown"),
        configuration("an optional one that is nowhere", profile: "mine", profile("", include: "-gone"), found: "ok"),
        configuration("a way out of the directories", profile: "../../tmp/evil", found: "ok"),
        configuration(
            "a variable", profile: "mine", profile("net.ipv4.ip_local_port_range=${low} 65535"),
            found: "unknown \(mine):4"),
        configuration(
            "the list", profile: "mine", profile("net.ipv4.ip_local_reserved_ports=35357"), found: "note \(mine):4"),
        configuration(
            "a list that the kernel refuses", profile: "mine", profile("net.ipv4.ip_local_reserved_ports=1, 2"),
            found: "warning \(mine):4"),
        configuration(
            "a list in quotation marks, which TuneD takes off", profile: "mine",
            profile("net.ipv4.ip_local_reserved_ports=\"623,664,16992-16995\""), found: "ok \(mine):4"),
    ]

    @Test(arguments: unguarded) func `the active profile is judged with what it includes`(_ given: Sample) {
        var situation = Situation.concerned
        situation.guarding = .absent
        situation.reserved = PortSet()
        #expect(given.findings(of: .tuned, in: situation) == given.found)
    }

    @Test func `with amtguardd the range does no harm, and a list is added to`() {
        let oracle = Self.configuration("", profile: "oracle", running: "9000\t65499\n")
        #expect(oracle.findings(of: .tuned) == ["ok /usr/lib/tuned/oracle/tuned.conf:8"])
        let list = Self.configuration("", profile: "mine", Self.profile("net.ipv4.ip_local_reserved_ports=35357"))
        #expect(list.findings(of: .tuned) == ["note \(Self.mine):4"])
    }

    @Test func `what depends on an unknown guard or list is unknown`() {
        let oracle = Self.configuration("", profile: "oracle", running: "9000\t65499\n")
        var situation = Situation.concerned
        situation.guarding = .unknown("", advice: "Restart it.")
        #expect(oracle.findings(of: .tuned, in: situation) == ["unknown /usr/lib/tuned/oracle/tuned.conf:8"])
        situation = .concerned
        situation.reserved = nil
        #expect(oracle.findings(of: .tuned, in: situation) == ["unknown /usr/lib/tuned/oracle/tuned.conf:8"])
    }

    @Test(.timeLimit(.minutes(1))) func `a hundred thousand names of profiles cost no time`() {
        let names = (0..<100_000).map { "p\($0)" }.joined(separator: " ")
        let findings = Sample("", [Self.active: names]).findings(of: .tuned)
        #expect(findings.contains("unknown \(Self.active)"))
        #expect(findings.count <= 21)
    }

    @Test func `a chain of a thousand includes ends`() {
        var files = [Self.active: "p0\n"]
        for number in 0..<1_000 {
            files["/etc/tuned/p\(number)/tuned.conf"] = "[main]\ninclude=p\(number + 1)\n"
        }
        #expect(Sample("", files).findings(of: .tuned).allSatisfy { $0.hasPrefix("unknown") })
    }
}
