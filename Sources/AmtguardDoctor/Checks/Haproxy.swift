import AmtguardCore

extension Check {
    /// HAProxy lets the kernel choose, unless `source` names ports: a range on the line of a server, or one port for
    /// all servers of a section. Then HAProxy sets SO_REUSEADDR and binds them itself (`src/proto_tcp.c`).
    static let haproxy = Check("haproxy", of: "HAProxy", "the ports of connections to servers") { examination in
        let syntax = CommentSyntax(starts: ["#"], quotes: ["\"", "'"], escapes: true)
        // The units of Fedora and RHEL name the directory.
        let lines =
            examination.lines("/etc/haproxy/haproxy.cfg")
            + examination.lines(in: "/etc/haproxy/conf.d", suffix: ".cfg")
        var sources: [FixedPorts] = []
        for line in syntax.removingComments(from: lines) {
            let words = [line].words(quotes: ["\"", "'"])
            guard let first = words.first?.text,
                ["source", "server", "server-template", "default-server"].contains(first),
                let index = words.firstIndex(where: { $0.text == "source" }), index + 1 < words.count
            else { continue }
            // Ports follow the last colon, also for IPv6.
            let address = words[index + 1].text
            guard !address.hasSuffix("]"), let colon = address.lastIndex(of: ":") else { continue }
            let text = String(address[address.index(after: colon)...])
            guard !text.isEmpty, let range = examination.ports(text, of: "source", at: line.place)
            else { continue }
            sources.append(FixedPorts(setting: String(address[..<colon]), range: range, place: line.place))
        }
        for source in sources.meeting(examination.situation.amtPorts) {
            examination.judge(
                choiceOf: PortSet(source.range), .tcp, reusesAddress: true,
                "connections come from ports \(PortSet(source.range))", at: source.place,
                change: "Use another range in this line, such as source \(printable(source.setting.utf8)):20000-60999.")
        }
    }
}
