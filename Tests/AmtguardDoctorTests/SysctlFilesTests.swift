import Testing

@testable import AmtguardDoctor

@Suite struct SysctlFilesTests {
    private func assignments(_ files: [String: String]) -> SysctlAssignments {
        Examination(.listWriters, PaperMachine(files: files), .concerned)
            .assignments(of: "net/ipv4/ip_local_reserved_ports")
    }

    private func boot(_ files: [String: String]) -> [String] {
        assignments(files).atBoot.map { "\($0.value) \($0.place)" }
    }

    private static let key = "net.ipv4.ip_local_reserved_ports"

    @Test(arguments: [
        "net.ipv4.ip_local_reserved_ports=1", "net/ipv4/ip_local_reserved_ports = 1",
        "  -net.ipv4.ip_local_reserved_ports\t=  1  ", "/net/ipv4/ip_local_reserved_ports=1", "net.ipv4.*=1",
        "net.*.ip_local_reserved_port? = 1", "-net/ipv4/ip_local_* = 1",
    ])
    func `a key has many spellings`(_ line: String) {
        #expect(boot(["/etc/sysctl.d/a.conf": line + "\n"]) == ["1 /etc/sysctl.d/a.conf:1"])
    }

    @Test(arguments: [
        "#net.ipv4.ip_local_reserved_ports=1", "; net.ipv4.ip_local_reserved_ports=1",
        "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.ip_local_reserved_ports_=1", "net.*=1", "-net.ipv4.ip_local_reserved_ports", "=1", "", "=", "-", "*",
        "net/ipv4.ip_local_reserved_ports = 1",
    ])
    func `other lines are none`(_ line: String) {
        #expect(boot(["/etc/sysctl.d/a.conf": line + "\n"]).isEmpty)
    }

    @Test func `the last file name wins, whatever its directory, and hides its namesakes`() {
        let files = [
            "/etc/sysctl.d/10-a.conf": "\(Self.key)=1\n", "/usr/lib/sysctl.d/90-b.conf": "\(Self.key)=2\n",
            "/run/sysctl.d/50-c.conf": "\(Self.key)=3\n", "/usr/lib/sysctl.d/10-a.conf": "\(Self.key)=4\n",
            "/usr/local/lib/sysctl.d/50-c.conf": "\(Self.key)=5\n", "/lib/sysctl.d/90-b.conf": "\(Self.key)=6\n",
            "/etc/sysctl.d/99-x.conf.dpkg-old": "\(Self.key)=7\n", "/etc/sysctl.d/.99-y.conf": "\(Self.key)=8\n",
        ]
        #expect(
            boot(files) == [
                "1 /etc/sysctl.d/10-a.conf:1", "3 /run/sysctl.d/50-c.conf:1", "2 /usr/lib/sysctl.d/90-b.conf:1",
            ])
    }

    @Test func `an empty file of the same name, such as a link to the null device, hides the others`() {
        #expect(
            boot(["/etc/sysctl.d/50-a.conf": "", "/usr/lib/sysctl.d/50-a.conf": "\(Self.key)=1\n"]).isEmpty)
    }

    @Test func `a key by name beats a pattern that comes later, and an exclusion ends all patterns`() {
        #expect(
            boot(["/etc/sysctl.d/a.conf": "\(Self.key)=1\n", "/etc/sysctl.d/b.conf": "net.ipv4.ip_local_*=2\n"]).last
                == "1 /etc/sysctl.d/a.conf:1")
        #expect(boot(["/etc/sysctl.d/a.conf": "net.ipv4.ip_local_*=2\n-\(Self.key)\n"]).isEmpty)
    }

    @Test func `only procps reads sysctl_conf, and reads it last, if it is not linked`() {
        let found = assignments(["/etc/sysctl.conf": "\(Self.key)=1\n", "/etc/sysctl.d/zz.conf": "\(Self.key)=2\n"])
        #expect(found.atBoot.map(\.value) == ["2"])
        #expect(found.bySystem.map(\.value) == ["2", "1"])
    }

    @Test func `a link to sysctl_conf is read in its place, and named as what it is`() {
        let common = "# mine\n\(Self.key)=1\n"
        let found = assignments([
            "/etc/sysctl.conf": common, "/etc/sysctl.d/99-sysctl.conf": common,
            "/etc/sysctl.d/99-z.conf": "\(Self.key)=2\n",
        ])
        #expect(found.atBoot.map { "\($0.place)" } == ["/etc/sysctl.conf:2", "/etc/sysctl.d/99-z.conf:1"])
        #expect(found.bySystem.map { "\($0.place)" } == ["/etc/sysctl.d/99-z.conf:1", "/etc/sysctl.conf:2"])
        #expect(found.all.count == 2)
    }

    @Test(arguments: [
        ("", "", true), ("a", "", false), ("a", "*", true), ("net/ipv4/x", "net/*/x", true), ("net/ipv4/x", "*", false),
        ("abc", "a?c", true), ("a/c", "a?c", false), ("abc", "a*b", false), ("aXbXc", "a*X*c", true),
    ])
    func `patterns match as in the shell`(_ text: String, _ pattern: String, _ matches: Bool) {
        #expect(text.matches(pattern) == matches)
    }

    @Test func `a pattern of many stars costs no time`() {
        #expect(!String(repeating: "a", count: 200).matches(String(repeating: "*a", count: 500) + "b"))
    }
}
