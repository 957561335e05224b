import AmtguardCore
import Testing

@Suite struct `The configuration` {
    private func parse(_ texts: String...) -> (Configuration?, [ConfigurationProblem]) {
        Configuration.parse(
            texts.enumerated().map {
                ConfigurationFile(path: "/etc/amtguard.conf\($0.offset)", content: .bytes(Array($0.element.utf8)))
            })
    }

    private static let allowedPorts =
        "Allowed: ports from 1 to 65535 and ranges like 16992-16995, at most 512 ports"

    static let allowed: [(String, @Sendable (inout Configuration) -> Void)] = [
        ("", { _ in }), ("\n\n# nothing\n; nothing\n[Guard]\n", { _ in }),
        ("[Guard]\nMode=always\n", { $0.mode = .always }),
        ("[Guard]\nMode = observe", { $0.mode = .observe }),
        ("  [Guard]  \r\n\tMode=always\r\n", { $0.mode = .always }),
        ("[Guard]\nPorts=623 5900-5901", { $0.ports = "623,5900-5901" }),
        ("[Guard]\nExtraPorts=5900", { $0.extraPorts = "5900" }),
        ("[Guard]\nExtraPorts=5900\nExtraPorts=16992 6000", { $0.extraPorts = "5900,6000,16992" }),
        ("[Guard]\nExtraPorts=5900\nExtraPorts=\nExtraPorts=1", { $0.extraPorts = "1" }),
        ("[Guard]\nOnStop=release", { $0.onStop = .release }),
        ("[Guard]\nAuditSec=1min 30s", { $0.audit = .seconds(90) }),
        ("[Detect]\nRefreshSec=1min", { $0.refresh = .seconds(60) }),
        ("[Detect]\nRefreshSec=1d\n[Guard]\nMode=always", { ($0.refresh, $0.mode) = (.seconds(86_400), .always) }),
        ("[Detect]\nRefreshSec=2h\nRefreshSec=", { _ in }),
        ("[Hold]\nHold=strict\nHoldUDP=yes", { ($0.hold, $0.holdsUDP) = (.strict, true) }),
        ("[Hold]\nHold=off\nHoldUDP=True\nHoldUDP=0", { $0.hold = .off }),
        ("[Hold]\nHold=off\nHold=\nHoldUDP=on\nHoldUDP=", { _ in }),
        ("[Guard]\nAuditSec=100ms", { $0.audit = .milliseconds(100) }),
        ("[Guard]\nAuditSec=1h", { $0.audit = .seconds(3_600) }),
        ("[Guard]\nRepairBurst=1000000\nRepairsPerSec=1", { $0.pace = Pace(burst: 1_000_000, perSecond: 1) }),
        ("[Guard]\nRepairBurst=1\nRepairsPerSec=100000", { $0.pace = Pace(burst: 1, perSecond: 100_000) }),
        ("[Guard]\nMode=always\nMode=observe\n[Guard]\nMode=auto", { _ in }),
        ("[Guard]\nMode=always\nMode=", { _ in }),
        ("[Guard]\nPorts=1\nPorts=\nAuditSec=1\nAuditSec=\nOnStop=release\nOnStop=", { _ in }),
        ("[Guard]\nRepairBurst=7\nRepairsPerSec=8\nRepairBurst=\nRepairsPerSec=", { _ in }),
        ("[Guard]\nPorts=623 \\\n 664 \\\n\n", { $0.ports = "623,664" }),
        ("[Guard]\nPorts=623 \\\n# AMT's second\n  664", { $0.ports = "623,664" }),
        ("[Guard]\nPorts=623 \\", { $0.ports = "623" }),
        ("# a comment ends with its line \\\n[Guard]\nMode=always", { $0.mode = .always }),
    ]

    @Test(arguments: allowed)
    func `takes what is allowed`(text: String, change: @Sendable (inout Configuration) -> Void) {
        var expected = Configuration()
        change(&expected)
        let (configuration, problems) = parse(text)
        #expect(configuration == expected)
        #expect(problems.isEmpty)
    }

    @Test(arguments: [
        ("[Guard]\nPorts=16995-16992", 2, "Ports=: the range \"16995-16992\" is reversed. \(allowedPorts)"),
        ("[Guard]\nPorts=0", 2, "Ports=: \"0\" is not from 1 to 65535. \(allowedPorts)"),
        ("[Guard]\n\nExtraPorts=70000", 3, "ExtraPorts=: \"70000\" is not from 1 to 65535. \(allowedPorts)"),
        (
            "[Guard]\nPorts=623 0664", 2,
            "Ports=: \"0664\" has a leading zero, which the kernel would read as octal. \(allowedPorts)"
        ),
        ("[Guard]\nPorts=1-65535", 2, "Ports=: these would be 65535 ports in all. \(allowedPorts)"),
        (
            "[Guard]\nExtraPorts=1-500\nExtraPorts=501-600", 3,
            "ExtraPorts=: these would be 606 ports in all. \(allowedPorts)"
        ),
        (
            "[Guard]\nPorts=1-300\nExtraPorts=400-700", 3,
            "ExtraPorts=: these would be 601 ports in all. \(allowedPorts)"
        ),
        (
            "[Guard]\nExtraPorts=400-700\nPorts=1-300", 3,
            "Ports=: these would be 601 ports in all. \(allowedPorts)"
        ),
        (
            "[Guard]\nPorts=1\nExtraPorts=1000-1510\nPorts=", 4,
            "Ports=: these would be 517 ports in all. \(allowedPorts)"
        ),
        ("[Guard]\nMode=Auto", 2, "Mode=: \"Auto\" is unknown. Allowed: auto, always, observe"),
        ("[Hold]\nHold=yes", 2, "Hold=: \"yes\" is unknown. Allowed: cooperative, off, strict"),
        ("[Hold]\nHoldUDP=udp", 2, "HoldUDP=: \"udp\" is neither yes nor no. Allowed: yes, no"),
        ("[NAT]\nRedraw=maybe", 2, "Redraw=: \"maybe\" is neither auto, yes nor no. Allowed: auto, yes, no"),
        ("[Guard]\nOnStop=maybe", 2, "OnStop=: \"maybe\" is unknown. Allowed: keep, release"),
        (
            "[Detect]\nRefreshSec=59s", 2,
            "RefreshSec=: \"59s\" is out of range. Allowed: a time from 1min to 1d, for example 1h"
        ),
        (
            "[Detect]\nRefreshSec=25h", 2,
            "RefreshSec=: \"25h\" is out of range. Allowed: a time from 1min to 1d, for example 1h"
        ),
        (
            "[Guard]\nAuditSec=soon", 2,
            "AuditSec=: \"soon\" is not a time. Allowed: a time from 100ms to 1h, for example 30s"
        ),
        (
            "[Guard]\nAuditSec=99ms", 2,
            "AuditSec=: \"99ms\" is out of range. Allowed: a time from 100ms to 1h, for example 30s"
        ),
        (
            "[Guard]\nAuditSec=3601s", 2,
            "AuditSec=: \"3601s\" is out of range. Allowed: a time from 100ms to 1h, for example 30s"
        ),
        ("[Guard]\nRepairBurst=0", 2, "RepairBurst=: 0 is out of range. Allowed: a whole number from 1 to 1000000"),
        (
            "[Guard]\nRepairBurst=-1", 2,
            "RepairBurst=: \"-1\" is not a whole number. Allowed: a whole number from 1 to 1000000"
        ),
        (
            "[Guard]\nRepairsPerSec=100001", 2,
            "RepairsPerSec=: 100001 is out of range. Allowed: a whole number from 1 to 100000"
        ),
        (
            "[Guard]\nRepairsPerSec=99999999999999999999", 2,
            "RepairsPerSec=: \"99999999999999999999\" is not a whole number. Allowed: a whole number from 1 to 100000"
        ),
        ("Mode=auto", 1, "\"Mode\" is before the first section. Allowed: [Guard] first"),
        ("[Guard]\nnonsense", 2, "\"nonsense\" is no assignment. Allowed: [Section], Key=value, and # comments"),
        ("[Guard\n", 1, "\"[Guard\" is no assignment. Allowed: [Section], Key=value, and # comments"),
        (
            "\n[Guard]\nPorts=623 \\\n 664 \\\n 0\nMode=always", 3,
            "Ports=: \"0\" is not from 1 to 65535. \(allowedPorts)"
        ),
        ("[Guard]\nPorts=1 \\\n 2\nMode=x", 4, "Mode=: \"x\" is unknown. Allowed: auto, always, observe"),
        ("[Guard]\r\nMode=x\r\n", 2, "Mode=: \"x\" is unknown. Allowed: auto, always, observe"),
        ("[Guard]\nMode=a\u{1B}[31m", 2, "Mode=: \"a?[31m\" is unknown. Allowed: auto, always, observe"),
    ])
    func `refuses with file, line, the value and what is allowed`(text: String, line: Int, message: String) {
        let (configuration, problems) = parse(text)
        #expect(configuration == nil)
        #expect(problems.map(\.description) == ["/etc/amtguard.conf0:\(line): \(message)"])
        #expect(problems.map(\.severity) == [.refused])
        #expect(problems.map(\.line) == [line])
    }

    @Test(arguments: [
        ("[Guard]\nRefreshSec=1h\nMode=always", 2, "unknown key \"RefreshSec\" in [Guard], ignored. Known: "),
        ("[Guard]\nPort=5900\nMode=always", 2, "unknown key \"Port\" in [Guard], ignored. Known: "),
        ("[Guard]\nmode=observe\nMode=always", 2, "unknown key \"mode\" in [Guard], ignored. Known: "),
        (
            "[guard]\nMode=observe\nnonsense=\n[Guard]\nMode=always", 1,
            "unknown section [guard], ignored. Known: [Guard], [Detect], [Hold]"
        ),
        ("[Guard]\nMode=always\n[]", 3, "unknown section [], ignored. Known: [Guard], [Detect], [Hold]"),
    ])
    func `warns of an unknown section or key, and goes on`(text: String, line: Int, message: String) {
        var expected = Configuration()
        expected.mode = .always
        let (configuration, problems) = parse(text)
        #expect(configuration == expected)
        #expect(problems.count == 1)
        #expect(problems.first?.severity == .warning)
        #expect(problems.first?.description.hasPrefix("/etc/amtguard.conf0:\(line): \(message)") == true)
    }

    @Test func `names every key where it warns of an unknown one`() {
        for key in ConfigurationKey.allCases {
            let message = parse("[\(key.section)]\nx=").1.first?.message ?? ""
            #expect(message.contains(key.rawValue))
        }
    }

    @Test func `is never half applied`() {
        let (configuration, problems) = parse("[Guard]\nMode=always\nPorts=0\nOnStop=release\nMode=x")
        #expect(configuration == nil)
        #expect(problems.map(\.line) == [3, 5])
    }

    @Test func `is refused whole where any one of its files is`() {
        #expect(parse("[Guard]\nMode=always", "[Guard]\nPorts=0", "[Guard]\nPorts=1").0 == nil)
    }

    @Test func `takes the last assignment, whatever file it stands in`() {
        let (configuration, problems) = parse(
            "[Guard]\nMode=always\nOnStop=release\nExtraPorts=1", "[Guard]\nMode=observe\nExtraPorts=2", "")
        #expect(configuration?.mode == .observe)
        #expect(configuration?.onStop == .release)
        #expect(configuration?.guarded == amt.union("1-2"))
        #expect(problems.isEmpty)
    }

    @Test func `begins each file outside of any section`() {
        #expect(parse("[Guard]\n", "Mode=always").1.map(\.path) == ["/etc/amtguard.conf1"])
    }

    @Test(arguments: ["is a directory", "is larger than 1 MiB", "Permission denied"])
    func `is refused where a file can't be read`(reason: String) {
        let (configuration, problems) = Configuration.parse([
            ConfigurationFile(path: "/etc/amtguard.conf", content: .unreadable(reason))
        ])
        #expect(configuration == nil)
        #expect(problems.map(\.description) == ["/etc/amtguard.conf: \(reason)"])
        #expect(problems.first?.severity == .refused)
    }

    @Test func `is refused and may be well at the next reading, where there was no descriptor for it`() {
        let (configuration, problems) = Configuration.parse([
            ConfigurationFile(path: "/etc/amtguard.conf", content: .unread("can't be read: Too many open files")),
            ConfigurationFile(path: "/etc/amtguard.conf.d/a.conf", content: .unreadable("this is a directory")),
        ])
        #expect(configuration == nil)
        #expect(problems.map(\.mayPass) == [true, false])
    }

    @Test func `is refused where it is no UTF-8, with the line`() {
        let bytes = Array("[Guard]\nMode=always\nPorts=".utf8) + [0xFF, 0xFE, 0x0A]
        let (configuration, problems) = Configuration.parse([ConfigurationFile(path: "/x", content: .bytes(bytes))])
        #expect(configuration == nil)
        #expect(problems.map(\.description) == ["/x:3: not UTF-8 text: \"Ports=??\". Allowed: UTF-8"])
    }

    @Test func `tells a bounded number of problems, and still refuses for the last`() {
        let junk = "[Guard]\n" + String(repeating: "Port=1\n", count: 50_000) + "Ports=0\n"
        let (configuration, problems) = parse(junk, "[Guard]\nMode=x")
        #expect(configuration == nil)
        #expect(problems.count < 50)
        #expect(problems.contains { $0.severity == .refused && $0.path.hasSuffix("0") })
        #expect(problems.last?.description.hasPrefix("/etc/amtguard.conf1:2: Mode=") == true)
    }

    @Test(arguments: 0..<100 as Range<UInt64>)
    func `meets any bytes with a configuration or a problem`(seed: UInt64) {
        var random = Seeded(seed)
        let words = [
            "[Guard]", "[X]", "\n", "\r\n", "\\\n", "Ports=", "Mode=", "auto", "1-5", " ", "=", "#", "\u{301}",
        ]
        var bytes = (0..<Int.random(in: 0...60, using: &random)).flatMap { _ in
            Array((words.randomElement(using: &random) ?? "").utf8)
        }
        if seed.isMultiple(of: 5) { bytes.insert(UInt8.random(in: 0x80...0xFF, using: &random), at: bytes.count / 2) }
        let (configuration, problems) = Configuration.parse([ConfigurationFile(path: "/x", content: .bytes(bytes))])
        #expect((configuration == nil) == problems.contains { $0.severity == .refused })
        #expect(problems.allSatisfy { !$0.description.contains("\n") })
    }

    @Test(arguments: [
        (ConfigurationFile.Content.unreadable("x"), false, "refused"), (.unread("x"), true, "unread"),
        (.hidden("x"), true, "unread"),
    ])
    func `is refused, or only unread, where a file has no bytes`(
        content: ConfigurationFile.Content, isUnread: Bool, word: String
    ) {
        let (_, problems) = Configuration.salvage([ConfigurationFile(path: "/x", content: content)])
        #expect(problems.map(\.isUnread) == [isUnread] && problems.isRefusal)
        #expect(ConfigurationSetting.json([], problems).description.contains(#""severity":"\#(word)","path":"/x""#))
    }

    @Test func `may begin with the mark that some editors write`() {
        let bytes = [0xEF, 0xBB, 0xBF] + Array("[Guard]\nMode=always".utf8)
        let (configuration, problems) = Configuration.parse([ConfigurationFile(path: "/x", content: .bytes(bytes))])
        #expect(configuration?.mode == .always && problems.isEmpty)
    }

    @Test(
        arguments: [
            ("auto", .auto), ("Auto", .auto), ("yes", .yes), ("on", .yes), ("no", .no), ("0", .no), ("", .auto),
        ]
            as [(String, Configuration.RedrawPolicy)])
    func `takes Redraw= as a switch with a third position`(value: String, policy: Configuration.RedrawPolicy) {
        let (configuration, problems) = parse("[NAT]\nRedraw=no\nRedraw=yes\nRedraw=\(value)")
        #expect(configuration?.redraw == policy && problems.isEmpty)
    }

    @Test func `is shown with each key, in the notation that it reads`() throws {
        let text = """
            [Guard]
            Mode=always
            Ports=623 5900-5901
            ExtraPorts=1
            OnStop=release
            AuditSec=1min 30s
            RepairBurst=7
            RepairsPerSec=8
            [Detect]
            RefreshSec=2h
            [Hold]
            Hold=strict
            HoldUDP=yes
            [NAT]
            Redraw=no
            """
        let file = ConfigurationFile(path: "/x", content: .bytes(Array(text.utf8)))
        let (settings, problems) = Configuration.settings([file])
        #expect(problems.isEmpty)
        let lines = text.split(separator: "\n").filter { !$0.hasPrefix("[") }
        #expect(settings.map { "\($0.key.rawValue)=\($0.value)" }.sorted() == lines.map(String.init).sorted())
        #expect(settings.allSatisfy { $0.origins.count == 1 })
        let defaults = Configuration.settings([]).0.map { "[\($0.key.section)]\n\($0.key.rawValue)=\($0.value)" }
        #expect(parse(defaults.joined(separator: "\n")).0 == Configuration())
        #expect(
            defaults.map { $0.drop { $0 != "\n" }.dropFirst() }.sorted() == [
                "AuditSec=30s", "ExtraPorts=", "Hold=cooperative", "HoldUDP=no", "Mode=auto", "OnStop=keep",
                "Ports=623 664 16992-16995", "Redraw=auto", "RefreshSec=1h", "RepairBurst=100", "RepairsPerSec=20",
            ])
    }

    @Test func `tells twenty problems of each file, and the number and the first line of the others`() {
        let junk = "[Guard]\n" + String(repeating: "Port=1\n", count: 30)
        let (_, problems) = parse(junk, junk)
        #expect(problems.count == 42)
        for problem in [problems[20], problems[41]] {
            #expect(problem.message == "10 more problems from here on are not shown")
            #expect(problem.line == 22 && problem.severity == .warning)
        }
        let twenty = parse("[Guard]\n" + String(repeating: "Port=1\n", count: 20)).1
        #expect(twenty.count == 20 && twenty.allSatisfy { $0.message.hasPrefix("unknown key") })
    }

    @Test func `is shown with the lines that made each value`() {
        let text = "[Guard]\nMode=always\nMode=observe\nExtraPorts=1\nExtraPorts=\nExtraPorts=2\nExtraPorts=3"
        let file = ConfigurationFile(path: "/x", content: .bytes(Array(text.utf8)))
        let origins = Dictionary(
            uniqueKeysWithValues: Configuration.settings([file]).0.map { ($0.key, $0.origins.map(\.line)) })
        #expect(origins[.mode] == [3] && origins[.extraPorts] == [5, 6, 7] && origins[.ports] == [])
    }
}

@Suite struct `The files of the configuration` {
    @Test func `are read in the order of their names, whatever directory they lie in`() {
        let found: [(directory: String, names: [String])] = [
            ("/etc/d", ["90-site.conf", "10-first.conf"]), ("/run/d", ["50-image.conf"]), ("/usr/lib/d", ["70-x.conf"]),
        ]
        #expect(
            ConfigurationLayout.dropIns(found) == [
                "/etc/d/10-first.conf", "/run/d/50-image.conf", "/usr/lib/d/70-x.conf", "/etc/d/90-site.conf",
            ])
    }

    @Test func `mask those of the same name in the directories behind`() {
        let found: [(directory: String, names: [String])] = [
            ("/etc/d", ["50-a.conf"]), ("/run/d", ["50-a.conf", "60-b.conf"]),
            ("/usr/lib/d", ["60-b.conf", "50-a.conf"]),
        ]
        #expect(ConfigurationLayout.dropIns(found) == ["/etc/d/50-a.conf", "/run/d/60-b.conf"])
    }

    @Test(arguments: ["50-a.conf~", ".50-a.conf", "README", "50-a.conf.dpkg-old", ".conf"])
    func `are passed over where the name says so`(name: String) {
        #expect(ConfigurationLayout.dropIns([(directory: "/etc/d", names: [name])]).isEmpty)
    }
}
