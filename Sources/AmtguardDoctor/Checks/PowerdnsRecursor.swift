import AmtguardCore

extension Check {
    /// The recursor binds the UDP port of each query itself. The default is 1024-65535 without 11211 and, since 5.2,
    /// 4791. Its file has one of two syntaxes: `key=value`, or YAML since 5.0.
    static let powerdnsRecursor = Check(
        "powerdns-recursor", of: "PowerDNS Recursor", "the ports of its queries"
    ) { examination in
        // Debian and its derivatives; all others.
        for directory in ["/etc/powerdns", "/etc/pdns-recursor"] {
            let candidates = ["\(directory)/recursor.yml", "\(directory)/recursor.conf"]
            guard
                let (main, lines) = candidates.lazy.compactMap({ path in
                    examination.lines(ifAny: path).map { (path, $0) }
                }).first
            else { continue }
            var recursor = Recursor(examination, main)
            recursor.read(lines)
            recursor.judge()
        }
    }
}

/// What the settings say about ports, in either syntax.
private struct Recursor {
    let examination: Examination
    let main: String
    var low: (port: UInt16, place: Place)?
    var high: (port: UInt16, place: Place)?
    var avoided: [ClosedRange<UInt16>] = []
    var isYAML = false
    private var includeDirectory: String?

    init(_ examination: Examination, _ main: String) {
        self.examination = examination
        self.main = main
    }

    /// Reads the main file, and then those of the folder that it names.
    mutating func read(_ lines: [SourceLine]) {
        let syntax = CommentSyntax(starts: ["#"], afterSpace: true)
        let first = syntax.removingComments(from: lines).first { !$0.text.trimmed.isEmpty }
        isYAML = !(first?.text.contains("=") ?? !main.hasSuffix(".yml"))
        take(lines)
        guard let directory = includeDirectory else { return }
        for path in examination.names(in: directory)
        where path.hasSuffix(isYAML ? ".yml" : ".conf") && !path.hasPrefix(".") {
            take(examination.lines("\(directory)/\(path)"))
        }
    }

    private mutating func take(_ lines: [SourceLine]) {
        if isYAML {
            // A list of another file adds to the former list, unless its tag says otherwise.
            var isFirst = true
            for scalar in YAMLScalar.scalars(in: lines) {
                let isAvoid = scalar.keys == ["outgoing", "udp_source_port_avoid"]
                if isAvoid, isFirst, scalar.tag == "!override" { avoided = [] }
                if isAvoid { isFirst = false }
                take(scalar.keys.last ?? "", in: scalar.keys.first ?? "", scalar.value, at: scalar.place)
            }
        } else {
            let syntax = CommentSyntax(starts: ["#"], afterSpace: true)
            for line in syntax.removingComments(from: lines.joined) {
                guard let setting = line.setting() else { continue }
                var key = setting.key.replacing("-", with: "_")
                // `+=` adds to a list.
                if key.hasSuffix("+") { key = key.dropLast().trimmed } else if key == Self.avoid { avoided = [] }
                take(key, in: key == "include_dir" ? "recursor" : "outgoing", setting.value, at: setting.place)
            }
        }
    }

    private static let avoid = "udp_source_port_avoid"

    private mutating func take(_ key: String, in section: String, _ value: String, at place: Place) {
        switch (section, key) {
        case ("recursor", "include_dir"): includeDirectory = value
        case ("outgoing", "udp_source_port_min"): low = port(value, key, place) ?? low
        case ("outgoing", "udp_source_port_max"): high = port(value, key, place) ?? high
        case ("outgoing", Self.avoid):
            for item in value.split(whereSeparator: { $0 == "," || $0 == " " }) {
                guard let port = examination.port(String(item), of: key, at: place) else { continue }
                avoided.append(port...port)
            }
        default: break
        }
    }

    private func port(_ value: String, _ key: String, _ place: Place) -> (port: UInt16, place: Place)? {
        examination.port(value, of: isYAML ? key : key.replacing("_", with: "-"), at: place).map { ($0, place) }
    }

    func judge() {
        let place = low?.place ?? high?.place ?? Place(main)
        guard
            let range = examination.ports(
                from: low?.port ?? 1024, to: high?.port ?? 65535,
                of: isYAML ? "udp_source_port_min" : "udp-source-port-min",
                at: place)
        else { return }
        let ports = PortSet(range).subtracting(PortSet(merging: avoided))
        let near = PortSet.ofAMT.union(examination.situation.required).intersection(ports)
        let added = near.ranges.joined().map(String.init)
        // A list in YAML replaces the default; a `+=` adds to it.
        let kept = avoided.isEmpty ? ["4791", "11211"] : avoided.prefix(20).map { String($0.lowerBound) }
        examination.judge(
            choiceOf: ports, .udp,
            "queries come from ports \(PortSet(range))\(near.isEmpty ? " without AMT's" : "")", at: place,
            change: isYAML
                ? "In \(main), below outgoing: udp_source_port_avoid: [\((kept + added).joined(separator: ", "))]"
                : "In \(main): udp-source-port-avoid+=\(added.joined(separator: ","))")
    }
}

extension [SourceLine] {
    /// A backslash at the end of a line continues it. The place is that of the first line.
    fileprivate var joined: [SourceLine] {
        var joined: [SourceLine] = []
        var isOpen = false
        for line in self {
            let text = line.text.trimmed
            let part = text.hasSuffix("\\") ? String(text.dropLast()) : text
            if isOpen, !joined.isEmpty {
                joined[joined.count - 1].text += part
            } else {
                joined.append(SourceLine(place: line.place, text: part))
            }
            isOpen = text.hasSuffix("\\")
        }
        return joined
    }
}
