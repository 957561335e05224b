import AmtguardCore

extension Check {
    /// Since 2.85 dnsmasq lets the kernel choose, unless `min-port` or `max-port` is set. Then it binds the UDP port of
    /// each query itself; a missing limit is 1024 or 65535. `query-port`, and the port of a server's source address,
    /// fix one port instead. The kernel chooses the ports of TCP.
    static let dnsmasq = Check("dnsmasq", of: "dnsmasq", "the ports of its queries") { examination in
        let main = "/etc/dnsmasq.conf"
        let syntax = CommentSyntax(starts: ["#"], afterSpace: true, quotes: ["\""])
        var lines = Inclusion(examination, isOnce: true) { syntax.removingComments(from: $0) }
        lines.read([main])
        // Debian's unit adds a directory on the command line. dnsmasq reads that directory first.
        for line in examination.lines("/etc/default/dnsmasq") {
            guard let setting = line.setting(), setting.key == "CONFIG_DIR" else { continue }
            lines.includeFolder(setting.value.unquoted, in: examination, at: line.place)
        }
        var ports: [String: (port: UInt16, place: Place)] = [:]
        var sources: [FixedPorts] = []
        var isThere = false
        while let line = lines.next() {
            isThere = isThere || line.place.file == main
            guard let setting = line.setting() else { continue }
            switch setting.key {
            case "conf-file": lines.include(setting.value.unquoted, in: "/", at: line.place)
            case "conf-dir": lines.includeFolder(setting.value.unquoted, in: examination, at: line.place)
            case "min-port", "max-port", "query-port":
                guard let port = examination.port(setting.value, of: setting.key, at: line.place) else { continue }
                // 0 is the same as no line.
                ports[setting.key] = port == 0 ? nil : (port, line.place)
            case "server": sources += [examination.source(ofServer: setting)].compactMap(\.self)
            default: continue
            }
        }
        for source in sources.meeting(examination.situation.amtPorts) {
            examination.judge(
                choiceOf: PortSet(source.range), .udp, "queries to this server come from port \(PortSet(source.range))",
                at: source.place, change: "Remove #\(PortSet(source.range)) after the source address.")
        }
        guard isThere || !ports.isEmpty else { return }
        examination.judge(query: ports["query-port"], from: ports["min-port"], to: ports["max-port"], main)
    }
}

extension Examination {
    fileprivate typealias Value = (port: UInt16, place: Place)

    fileprivate func judge(query: Value?, from low: Value?, to high: Value?, _ main: String) {
        if let query {
            judge(
                choiceOf: PortSet(query.port...query.port), .udp, "all queries come from port \(query.port)",
                at: query.place, change: "Remove this line.")
        } else if let place = low?.place ?? high?.place {
            guard let range = ports(from: low?.port ?? 1024, to: high?.port ?? 65535, of: "min-port", at: place)
            else { return }
            judge(
                choiceOf: PortSet(range), .udp, "queries come from ports \(PortSet(range))", at: place,
                change: low == nil ? "Set min-port=32768 in the same file." : "Replace this line with min-port=32768.")
        } else {
            pass("the kernel chooses the ports of queries", at: Place(main))
        }
    }

    /// `server=/example.org/192.0.2.1#53@192.0.2.2#16992`: the last number is the port from which this server is asked.
    fileprivate func source(ofServer setting: Setting) -> FixedPorts? {
        guard let source = setting.value.split(separator: "@", omittingEmptySubsequences: false).dropFirst().last,
            let mark = source.firstIndex(of: "#"),
            let port = port(String(source[source.index(after: mark)...]), of: "server", at: setting.place)
        else { return nil }
        return FixedPorts(setting: "server", range: port...port, place: setting.place)
    }
}

extension Inclusion {
    /// Reads the files of `DIR,*.conf,.bak`: those whose names end as one of the patterns with a star, if there are any,
    /// and not as one of the others.
    fileprivate mutating func includeFolder(_ value: String, in examination: Examination, at place: Place) {
        let parts = value.split(separator: ",").map { $0.trimmed }
        guard let folder = parts.first, !folder.isEmpty else { return }
        let wanted = parts.dropFirst().filter { $0.hasPrefix("*") && $0 != "*" }.map { $0.dropFirst() }
        let unwanted = parts.dropFirst().filter { !$0.hasPrefix("*") }
        let directory = folder.hasSuffix("/") ? String(folder.dropLast()) : folder
        let names = examination.names(in: directory).filter { name in
            !name.hasPrefix(".") && !name.hasSuffix("~") && !(name.hasPrefix("#") && name.hasSuffix("#"))
                && (wanted.isEmpty || wanted.contains { name.hasSuffix($0) })
                && !unwanted.contains { name.hasSuffix($0) }
        }
        read(names.map { "\(directory)/\($0)" }, at: place)
    }
}
