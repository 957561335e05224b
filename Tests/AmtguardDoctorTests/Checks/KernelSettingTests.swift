import AmtguardCore
import Testing

@testable import AmtguardDoctor

/// `port-range`, `unprivileged-ports` and `autobind-reuse`.
@Suite struct KernelSettingTests {
    static let range = "/proc/sys/net/ipv4/ip_local_port_range"
    static let start = "/proc/sys/net/ipv4/ip_unprivileged_port_start"
    static let reuse = "/proc/sys/net/ipv4/ip_autobind_reuse"

    private func found(
        _ check: Check, _ files: [String: String], reserved: PortSet? = .ofAMT, reach: PortSet? = nil
    ) -> [String] {
        var situation = Situation.concerned
        situation.reserved = reserved
        situation.reach = reach ?? situation.reach
        return Sample("", files).findings(of: check, in: situation)
    }

    // MARK: The range

    static let ranges = [
        Sample("the kernel's default", [range: "32768\t60999\n"], found: "ok \(range)"),
        Sample("1024-65535, as tuning guides have it", [range: "1024\t65535\n"], found: "problem \(range)"),
        Sample(
            "tuned 2.20.0-1, profile oracle", [range: "9000\t65499\n"], found: "problem \(range)"),
        Sample(
            "the file that set it is named",
            [range: "1024\t65535\n", "/etc/sysctl.d/99-web.conf": "\nnet.ipv4.ip_local_port_range = 1024 65535\n"],
            found: "problem /etc/sysctl.d/99-web.conf:2"),
        Sample(
            "a file that sets another one is not",
            [range: "1024\t65535\n", "/etc/sysctl.d/99-web.conf": "net.ipv4.ip_local_port_range = 2048 65535\n"],
            found: "problem \(range)"),
        Sample("below AMT's ports, above the low ones", [range: "1024\t16991\n"], found: "ok \(range)"),
        Sample("one port of AMT", [range: "16995\t20000\n"], found: "problem \(range)"),
        Sample("low ports are out of reach", [range: "1\t1023\n"], found: "ok \(range)"),
        Sample("low ports are within reach", [range: "1\t1023\n", start: "80\n"], found: "problem \(range)"),
        Sample(
            "all, but nothing unprivileged", [range: "1\t65535\n", start: "65536\n"], found: "problem \(range)"),
        Sample("malformed", [range: "many\n"], found: "unknown \(range)"),
        Sample("reversed", [range: "60999 32768\n"], found: "unknown \(range)"),
        Sample("no such file", [:], found: "ok"),
    ]

    @Test(arguments: ranges) func `a range with ports that are not reserved is a problem`(_ given: Sample) {
        #expect(found(.portRange, given.files, reserved: PortSet()) == given.found)
    }

    @Test func `the list keeps them out of it`() {
        #expect(found(.portRange, [Self.range: "1024\t65535\n"]) == ["ok \(Self.range)"])
        #expect(
            found(.portRange, [Self.range: "1024\t65535\n"], reserved: PortSet(16992...16994)) == [
                "problem \(Self.range)"
            ])
        #expect(found(.portRange, [Self.range: "1024\t65535\n"], reserved: nil) == ["unknown \(Self.range)"])
    }

    // MARK: Who may bind

    @Test(arguments: [
        ("1024\n", "ok"), ("665\n", "ok \(start)"), ("664\n", "note \(start)"), ("0\n", "note \(start)"),
        ("none\n", "ok"),
    ])
    func `lowered below AMT's low ports is worth a note`(_ text: String, _ expected: String) {
        #expect(found(.unprivilegedPorts, [Self.start: text]) == [expected])
    }

    @Test func `lowered where the kernel then chooses them is an alarm`() {
        let files = [Self.start: "80\n", "/etc/sysctl.d/podman.conf": "net.ipv4.ip_unprivileged_port_start=80\n"]
        let reach = PortSet(80...65535)
        #expect(
            found(.unprivilegedPorts, files, reserved: PortSet(), reach: reach)
                == ["warning /etc/sysctl.d/podman.conf:1"])
        #expect(found(.unprivilegedPorts, files, reach: reach) == ["note /etc/sysctl.d/podman.conf:1"])
    }

    // MARK: Held ports

    @Test func `reuse matters only for ports that are not reserved`() {
        let wide = PortSet(1024...65535)
        #expect(found(.autobindReuse, [Self.reuse: "0\n"], reserved: PortSet(), reach: wide) == ["ok"])
        #expect(found(.autobindReuse, [Self.reuse: "1\n"], reach: wide) == ["ok \(Self.reuse)"])
        #expect(found(.autobindReuse, [Self.reuse: "1\n"], reserved: PortSet()) == ["ok \(Self.reuse)"])
        #expect(
            found(.autobindReuse, [Self.reuse: "1\n"], reserved: PortSet(), reach: wide) == ["warning \(Self.reuse)"])
        #expect(found(.autobindReuse, [Self.reuse: "1\n"], reserved: nil, reach: wide) == ["unknown \(Self.reuse)"])
    }
}
