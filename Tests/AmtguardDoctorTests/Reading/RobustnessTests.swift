import AmtguardCore
import Testing

@testable import AmtguardDoctor

/// Whatever is in the files: every check ends, and tells a bounded number of things.
@Suite struct RobustnessTests {
    static let checks: [Check] = [
        .bind, .unbound, .powerdnsRecursor, .dnsmasq, .asterisk, .freeswitch, .haproxy,
    ]

    /// All files of the tables of these checks.
    static let files: [String: String] = {
        let tables = [
            BindTests.configurations, UnboundTests.configurations, PowerdnsRecursorTests.configurations,
            DnsmasqTests.configurations, AsteriskTests.configurations, FreeswitchTests.configurations,
            HaproxyTests.configurations,
        ]
        return tables.joined().reduce(into: [:]) { $0.merge($1.files) { $0.count > $1.count ? $0 : $1 } }
    }()

    @Test(arguments: 0..<60) func `mangled files are survived`(_ seed: UInt64) {
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
        for check in Self.checks {
            #expect(check.findings(on: PaperMachine(files: files), in: .concerned).count < 60)
        }
    }

    @Test(
        arguments: [
            "a", "{", "}", "\"", "<", "<a ", "a=", " - ", "/*", "[", "source :16992 ", "include x ", "port 623;",
            "\u{FF}",
            "min-port=623\n", "server=@#623\n", "server a b source :623\n", "outgoing-port-permit: 600-700\n", "k: [\n",
            "query-source port 623;", "use-v4-udp-ports { range 1 65535; };\n", "[general]\nrtpstart=x\n",
            "#include <*>\n",
        ]) func `a long row of the same is survived`(_ piece: String)
    {
        // A mebibyte, the most that is read of a file, takes each check a tenth of a second when optimized.
        let text = String(repeating: piece, count: (1 << 14) / piece.utf8.count)
        let mains = [
            "/etc/named.conf", "/etc/unbound/unbound.conf", "/etc/powerdns/recursor.yml",
            "/etc/pdns-recursor/recursor.conf",
            "/etc/dnsmasq.conf", "/etc/asterisk/rtp.conf", "/etc/freeswitch/autoload_configs/switch.conf.xml",
            "/etc/haproxy/haproxy.cfg",
        ]
        let machine = PaperMachine(files: Dictionary(uniqueKeysWithValues: mains.map { ($0, text) }))
        for check in Self.checks { #expect(check.findings(on: machine, in: .concerned).count < 60, "\(check.id)") }
    }
}

/// Repeatable: a failure names its seed.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
