// The holds in `amtguardctl status`: a line for each state, and why a hold was refused.

extension Status {
    var holdText: [Line] {
        guard !holds.isEmpty else { return [Line("Held", "none")] }
        var groups: [(says: String, tone: Tone, holds: [Hold])] = []
        for holding in holds {
            guard let hold = Hold(holding) else { continue }
            let says = holding.says ?? ""
            if let index = groups.firstIndex(where: { $0.says == says && ($0.tone == .plain) == holding.stands }) {
                groups[index].holds.append(hold)
            } else {
                groups.append((says, holding.stands ? .plain : .doubtful, [hold]))
            }
        }
        groups = groups.filter { $0.tone == .plain } + groups.filter { $0.tone != .plain }
        return groups.enumerated().map { index, group in
            let label = group.tone == .plain ? "Held" : "Not held"
            let isFirst = index == 0 || groups[index - 1].tone != group.tone
            return Line(
                isFirst ? label : "", group.holds.brief + (group.says.isEmpty ? "" : ": \(group.says)"), group.tone)
        }
    }
}

extension Status.HeldPort {
    fileprivate var stands: Bool { state != "refused" }

    /// One line for programs: `192.0.2.1:16992/tcp held`.
    public var words: String { "\(address):\(port)/\(`protocol`) \(state)" + (says.map { ": \($0)" } ?? "") }
}

extension Hold {
    /// A hold of a status, which may come from a file.
    fileprivate init?(_ holding: Status.HeldPort) {
        guard let address = IPv4Address(holding.address),
            let transport = Hold.TransportProtocol(rawValue: holding.protocol)
        else { return nil }
        self.init(address, holding.port, transport)
    }
}
