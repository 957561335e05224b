import AmtguardCore

extension Check {
    /// Unbound binds the UDP port of each query itself. The default is any port above 1023 that IANA has not assigned.
    /// `util/iana_ports.inc` has all of AMT's ports, so only lines that permit ports can do harm. Lines that permit and
    /// lines that forbid ports apply in their order. The kernel chooses the ports of TCP.
    static let unbound = Check("unbound", of: "Unbound", "the ports of its queries") { examination in
        let main = "/etc/unbound/unbound.conf"
        let syntax = CommentSyntax(starts: ["#"], afterSpace: true, quotes: ["\"", "'"])
        var words = Inclusion(examination) { lines in
            syntax.removingComments(from: lines).words(quotes: ["\"", "'"])
        }
        words.read([main])
        var rules = PortRules(in: examination.situation)
        var directory = "/etc/unbound"
        var isThere = false
        while let word = words.next() {
            isThere = true
            // `key:value` and `key: value` are the same.
            guard
                let key = UnboundKey.allCases.first(where: { !word.isQuoted && word.text.hasPrefix("\($0.rawValue):") })
            else { continue }
            let rest = word.text.dropFirst(key.rawValue.utf8.count + 1)
            guard let value = rest.isEmpty ? words.next()?.text : String(rest).unquoted else { break }
            switch key {
            case .directory: directory = value
            case .include, .includeToplevel: words.include(value, in: directory, at: word.place)
            case .permit:
                guard let range = examination.ports(value, of: key.rawValue, at: word.place) else { continue }
                rules.allow(range, at: word.place)
            case .avoid:
                guard let range = examination.ports(value, of: key.rawValue, at: word.place) else { continue }
                rules.forbid(range)
            }
        }
        guard isThere else { return }
        let remaining = rules.remaining
        for (ports, place) in remaining {
            examination.judge(
                choiceOf: ports, .udp, "this line permits queries from \(ports)", at: place,
                change: ports.ranges.map { "outgoing-port-avoid: \"\(PortSet($0))\"" }
                    .joined(separator: " and ") + " on a line below it.")
        }
        if remaining.isEmpty {
            examination.pass("queries come from none of AMT's ports", at: Place(main))
        }
    }
}

private enum UnboundKey: String, CaseIterable {
    case permit = "outgoing-port-permit"
    case avoid = "outgoing-port-avoid"
    case include
    case includeToplevel = "include-toplevel"
    case directory
}
