import AmtguardCore
import Testing

@testable import AmtguardDoctor

/// With any content of the files, each check ends, and reports a bounded number of findings.
@Suite struct RobustnessTests {
    /// The checks that have tables of configurations, with these tables.
    static let tables: [(check: Check, samples: [Sample])] = [
        (.bind, BindTests.configurations), (.unbound, UnboundTests.configurations),
        (.powerdnsRecursor, PowerdnsRecursorTests.configurations), (.dnsmasq, DnsmasqTests.configurations),
        (.asterisk, AsteriskTests.configurations), (.freeswitch, FreeswitchTests.configurations),
        (.haproxy, HaproxyTests.configurations), (.tuned, TunedTests.unguarded),
        (.kubernetes, ClusterTests.nodePorts), (.talos, ClusterTests.sysctls),
        (.listWriters, ListWritersTests.configurations), (.listSyntax, ListSyntaxTests.configurations),
        (.sunrpc, SunrpcTests.configurations), (.bindresvport, BindresvportTests.configurations),
        (.versions, VersionsTests.configurations), (.portRange, KernelSettingTests.ranges),
        (.userNetwork, ProcessTests.guests),
    ]

    /// All files of these tables, and those of a Debian system.
    static let files: [String: String] = tables.flatMap(\.samples).reduce(into: PaperMachine.stockDebian.files) {
        $0.merge($1.files) { $0.count > $1.count ? $0 : $1 }
    }

    /// The findings of a severity, and the line that says that there are more.
    private static let most = Severity.allCases.count * (Examination.most + 1)

    private func survive(_ machine: PaperMachine, _ comment: String = "") {
        // Without reservations and without a guard, the most findings are reported.
        var situation = Situation.concerned
        (situation.guarding, situation.reserved, situation.reach) = (.absent, PortSet(), PortSet(1...65535))
        for check in Check.all {
            let count = check.findings(on: machine, in: situation).count
            #expect((1...Self.most).contains(count), "\(check.id) \(comment)")
        }
    }

    @Test(arguments: 0..<20) func `mangled files are survived`(_ seed: UInt64) {
        var random = SplitMix(state: seed)
        let pieces = [
            "{", "}", ";", "\"", "'", "/*", "*/", "<!--", "-->", "[", "]", "\n", "\\", "-", "65536", "\0", "\u{FF}",
        ]
        let files = Self.files.mapValues { text in
            var bytes = Array(text.utf8)
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                let place = Int.random(in: 0...bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes.insert(contentsOf: pieces.randomElement(using: &random)?.utf8 ?? "".utf8, at: place)
                case 1: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 0...9, using: &random)))
                default: if place < bytes.count { bytes[place] = .random(in: 0...255, using: &random) }
                }
            }
            return String(decoding: bytes, as: UTF8.self)
        }
        survive(PaperMachine(files: files))
    }

    @Test(
        arguments: [
            "a", "{", "}", "\"", "<", "<a ", "a=", " - ", "/*", "[", "source :16992 ", "include x ", "port 623;",
            "\u{FF}",
            "min-port=623\n", "server=@#623\n", "server a b source :623\n", "outgoing-port-permit: 600-700\n", "k: [\n",
            "query-source port 623;", "use-v4-udp-ports { range 1 65535; };\n", "[general]\nrtpstart=x\n",
            "#include <*>\n", "net.ipv4.ip_local_reserved_ports=1\n", "net.ipv4.ip_local_port_range=1 65535\n",
            "net.ipv4.ip_local_reserved_ports: 1,\n", "service-node-port-range: 1-65535\n", "profile ", "[sysctl]\n",
            "include=a\n", "options sunrpc min_resvport=1\n", "nas:/a /a nfs rw 0 0\n", "623\n", "1,", "0x",
        ]) func `a long row of the same is survived`(_ piece: String)
    {
        // A mebibyte, the limit for a file, takes each check a tenth of a second when optimized. Here a hundred files
        // are as long as this.
        let text = String(repeating: piece, count: (1 << 12) / piece.utf8.count)
        // Every file, and some that are read only with a directory.
        let paths =
            Array(Self.files.keys) + ["/etc/sysctl.d/a.conf", "/etc/modprobe.d/a.conf", "/etc/haproxy/conf.d/a.cfg"]
        survive(PaperMachine(files: Dictionary(uniqueKeysWithValues: Set(paths).map { ($0, text) })), piece)
    }
}

/// Repeatable: a failure prints its seed.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
