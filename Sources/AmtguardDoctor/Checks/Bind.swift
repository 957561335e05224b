import AmtguardCore

extension Check {
    /// named binds the UDP port of each query itself. Without `use-v4-udp-ports` it takes a port of
    /// ip_local_port_range, and ignores the reserved list (`lib/dns/dispatch.c`). Up to 9.20 `avoid-v4-udp-ports`
    /// excludes ports; 9.21.2 removed it, and also the port in `query-source` and similar options.
    static let bind = Check("bind", of: "BIND", "the ports of its queries") { examination in
        // Debian and its derivatives; all others.
        for main in ["/etc/bind/named.conf", "/etc/named.conf"] {
            var named = NamedConfiguration(examination)
            guard named.read(main) else { continue }
            examination.judge(named, main, BindVersion(examination.machine))
        }
    }
}

/// Whether this BIND still has the options for ports.
///
/// The name of its library has the version: `libdns-9.18.49-1~deb12u1-Debian.so`, `libdns-9.16.23-RH.so`.
private enum BindVersion {
    /// Up to 9.21.1.
    case choosing
    /// From 9.21.2 on the ports of queries come from the kernel's range alone, whatever `named.conf` says.
    case following
    case unknown

    private static let directories = ["/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/usr/lib"]

    init(_ machine: any Machine) {
        let names = Self.directories.flatMap { (try? machine.names(in: $0)) ?? [] }
        let versions = names.compactMap { name -> [Int]? in
            guard name.hasPrefix("libdns-9."), name.hasSuffix(".so") else { return nil }
            let version = name.dropFirst("libdns-".count).prefix { $0.isNumber || $0 == "." }
            return version.split(separator: ".").compactMap { Int($0) }
        }
        // If several versions are installed, as during an upgrade, the running one is unknown.
        let kinds = Set(versions.map { $0.lexicographicallyPrecedes([9, 21, 2]) })
        self = kinds == [true] ? .choosing : kinds == [false] ? .following : .unknown
    }
}

/// What a `named.conf` says about ports.
private struct NamedConfiguration {
    /// The ports of one family.
    struct Choice {
        var used: [(range: ClosedRange<UInt16>, place: Place)]?
        var avoided: [ClosedRange<UInt16>] = []
    }

    let examination: Examination
    var choice: [String: Choice] = ["v4": Choice(), "v6": Choice()]
    /// `query-source … port 5353`.
    var fixed: [FixedPorts] = []

    init(_ examination: Examination) {
        self.examination = examination
    }

    /// Reads a configuration with what it includes; false if there is none.
    mutating func read(_ main: String) -> Bool {
        let syntax = CommentSyntax(starts: ["#", "//"], block: ("/*", "*/"), quotes: ["\""])
        var words = Inclusion(examination) { lines in
            syntax.removingComments(from: lines).words(marks: ["{", "}", ";"])
        }
        words.read([main])
        var directory = String(main.prefix(upTo: main.lastIndex(of: "/") ?? main.endIndex))
        // The options whose braces are open.
        var blocks: [String] = []
        var statement: [Word] = []
        var isThere = false
        while let word = words.next() {
            isThere = true
            switch word {
            case _ where word.isMark("{"):
                let option = statement.first?.text.lowercased() ?? ""
                blocks.append(option)
                open(option)
                statement = []
            case _ where word.isMark("}"):
                _ = blocks.popLast()
                statement = []
            case _ where word.isMark(";"):
                if statement.first?.text.lowercased() == "include", statement.count == 2 {
                    words.include(statement[1].text, in: directory, at: statement[1].place)
                } else if statement.first?.text.lowercased() == "directory", statement.count == 2 {
                    directory = statement[1].text
                } else {
                    take(statement, in: blocks.last ?? "")
                }
                statement = []
            // The longest statement that this check examines is shorter.
            default: if statement.count < 16 { statement.append(word) }
            }
        }
        return isThere
    }

    private static let sources: Set<String> = ["query-source", "transfer-source", "notify-source", "parental-source"]

    /// An empty list permits no port, which is not the same as no list.
    private mutating func open(_ option: String) {
        for family in ["v4", "v6"] where option == "use-\(family)-udp-ports" && choice[family]?.used == nil {
            choice[family]?.used = []
        }
    }

    private mutating func take(_ statement: [Word], in block: String) {
        guard let first = statement.first else { return }
        for family in ["v4", "v6"] {
            if block == "use-\(family)-udp-ports", let range = range(statement, block) {
                choice[family]?.used?.append((range, first.place))
            } else if block == "avoid-\(family)-udp-ports", let range = range(statement, block) {
                choice[family]?.avoided.append(range)
            }
        }
        let option = first.text.lowercased()
        let family = option.hasSuffix("-v6") ? String(option.dropLast(3)) : option
        guard Self.sources.contains(family),
            let index = statement.firstIndex(where: { $0.text.lowercased() == "port" }),
            index + 1 < statement.count, statement[index + 1].text != "*",
            let port = examination.port(statement[index + 1].text, of: option, at: statement[index + 1].place)
        else { return }
        fixed.append(FixedPorts(setting: option, range: port...port, place: first.place))
    }

    /// `range 1024 65535` or `5353`.
    private func range(_ statement: [Word], _ option: String) -> ClosedRange<UInt16>? {
        guard let first = statement.first else { return nil }
        if statement.count == 3, first.text.lowercased() == "range" {
            guard let low = examination.port(statement[1].text, of: option, at: first.place),
                let high = examination.port(statement[2].text, of: option, at: first.place)
            else { return nil }
            return examination.ports(from: low, to: high, of: option, at: first.place)
        }
        return examination.port(statement.map(\.text).joined(separator: " "), of: option, at: first.place)
            .map { $0...$0 }
    }
}

extension Examination {
    fileprivate func judge(_ named: NamedConfiguration, _ main: String, _ version: BindVersion) {
        let choice = version == .following ? [:] : named.choice
        let four = PortRules(choice["v4"], in: situation, main)
        let six = PortRules(choice["v6"], in: situation, main)
        // One finding for both families if they have the same ports, by default or by the same lines.
        if four == six {
            judge(four, "queries", ["v4", "v6"], main, version)
        } else {
            judge(four, "queries by IPv4", ["v4"], main, version)
            judge(six, "queries by IPv6", ["v6"], main, version)
        }
        guard version != .following else { return }
        for fixed in named.fixed.meeting(situation.amtPorts) {
            // named repeats refresh queries and NOTIFY by TCP from the same port; libuv sets SO_REUSEADDR.
            judge(
                choiceOf: PortSet(fixed.range), fixed.setting.hasPrefix("query-source") ? .udp : .tcp,
                reusesAddress: true, "\(fixed.setting) is port \(PortSet(fixed.range))", at: fixed.place,
                change: "Remove \"port \(PortSet(fixed.range))\" from this line.")
        }
    }

    private func judge(
        _ rules: PortRules, _ queries: String, _ families: [String], _ main: String, _ version: BindVersion
    ) {
        let remaining = rules.remaining
        for (ports, place) in remaining {
            let list = ports.ranges
                .map { $0.count == 1 ? "\($0.lowerBound);" : "range \($0.lowerBound) \($0.upperBound);" }
                .joined(separator: " ")
            let avoid =
                "In options { ... } of \(main): "
                + families.map { "avoid-\($0)-udp-ports { \(list) };" }.joined(separator: " ")
            let range = "net.ipv4.ip_local_port_range = 32768 60999"
            let isDefault = place.line == nil
            let change =
                switch version {
                case .following: "Set \(range)."
                case .choosing: avoid
                case .unknown: isDefault ? "\(avoid) With BIND 9.21.2 or later, set \(range) instead." : avoid
                }
            judge(
                choiceOf: ports, .udp,
                "\(queries) may come from \(ports)\(isDefault ? ", which the kernel's range includes" : "")", at: place,
                change: change)
        }
        if remaining.isEmpty, situation.reach == nil, families.contains("v4") {
            pass("\(queries) come from none of AMT's ports, as far as this file says", at: Place(main))
        } else if remaining.isEmpty {
            pass("\(queries) come from none of AMT's ports", at: Place(main))
        }
    }
}

extension PortRules {
    fileprivate init(_ choice: NamedConfiguration.Choice?, in situation: Situation, _ main: String) {
        self.init(in: situation)
        if let used = choice?.used {
            for (range, place) in used { allow(range, at: place) }
        } else {
            allow(situation.reach ?? PortSet(), at: Place(main))
        }
        for range in choice?.avoided ?? [] { forbid(range) }
    }
}
