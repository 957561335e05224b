// The text for people, in the language of nft(8).

extension Ruleset {
    /// The table as `nft list table` prints it; without a newline at the end.
    ///
    /// `nft -f` accepts it only if rules with `proto-src` or `proto-dst` begin with `meta l4proto tcp` or `udp`.
    public var text: String {
        var blocks = counters.map { "\tcounter \($0) {\n\t}" }
        blocks += sets.map(\.text) + chains.map(\.text)
        return "table ip \(name) {\n\tcomment \"\(comment)\"\n" + blocks.joined(separator: "\n\n") + "\n}"
    }
}

extension Ruleset.ElementSet {
    fileprivate var text: String {
        var lines = ["type " + key.map(\.text).joined(separator: " . ")]
        if let dynamic {
            lines += [
                "size \(dynamic.size)", "flags dynamic,timeout", "timeout \(dynamic.timeout.components.seconds)s",
            ]
        }
        if !elements.isEmpty {
            let words = elements.sorted { $0.lexicographicallyPrecedes($1) }.map { element in
                zip(key, stride(from: 0, to: element.count, by: 4)).map { $0.text(element[$1...]) }
                    .joined(separator: " . ")
            }
            lines.append("elements = { \(words.joined(separator: ",\n\t\t\t     ")) }")
        }
        return "\tset \(name) {\n" + lines.map { "\t\t\($0)\n" }.joined() + "\t}"
    }
}

extension Ruleset.Chain {
    fileprivate var text: String {
        let head = hook.map { "\t\ttype filter hook \($0.place) priority \($0.priorityText); policy accept;\n" } ?? ""
        return "\tchain \(name) {\n\(head)"
            + rules.map { "\t\t" + $0.map(\.text).joined(separator: " ") + "\n" }.joined() + "\t}"
    }
}

extension Ruleset.Hook {
    fileprivate var priorityText: String {
        let (name, base): (String, Int32) = place == .postrouting ? ("srcnat", 100) : ("filter", 0)
        let rest = priority - base
        return rest == 0 ? name : rest > 0 ? "\(name) + \(rest)" : "\(name) - \(-rest)"
    }
}

extension Ruleset.Statement {
    fileprivate var text: String {
        switch self {
        case .isIn(let fields, let set): "\(fields.text) @\(set)"
        case .status(let mask, let bits) where bits.isEmpty: "ct status ! \(mask.text)"
        case .status(let mask, let bits): "ct status \(bits.text) / \(mask.text)"
        case .isTCP: "meta l4proto tcp"
        case .isOriginal: "ct direction original"
        case .add(let fields, let set): "add @\(set) { \(fields.text) }"
        case .count(let counter): "counter name \"\(counter)\""
        case .go(let chain): "goto \(chain)"
        case .drop: "drop"
        case .rejectWithReset: "reject with tcp reset"
        case .reject: "reject"
        }
    }
}

extension Ruleset.Status {
    fileprivate var text: String {
        [(Ruleset.Status.answered, "seen-reply"), (.confirmed, "confirmed"), (.sourceTranslated, "snat")]
            .filter { contains($0.0) }.map(\.1).joined(separator: ",")
    }
}

extension [Ruleset.Field] {
    fileprivate var text: String { map(\.text).joined(separator: " . ") }
}

extension Ruleset.Field {
    fileprivate var text: String {
        switch self {
        case .sourceAddress: "ip saddr"
        case .destinationAddress: "ip daddr"
        case .protocol: "meta l4proto"
        case .sourcePort: "th sport"
        case .destinationPort: "th dport"
        case .originalSourceAddress: "ct original ip saddr"
        case .originalSourcePort: "ct original proto-src"
        case .replyDestinationAddress: "ct reply ip daddr"
        case .replyDestinationPort: "ct reply proto-dst"
        }
    }
}

extension Ruleset.Field.Kind {
    fileprivate var text: String {
        switch self {
        case .address: "ipv4_addr"
        case .protocol: "inet_proto"
        case .port: "inet_service"
        }
    }

    /// A part of an element, from its bytes.
    fileprivate func text(_ bytes: ArraySlice<UInt8>) -> String {
        let bytes = Array(bytes.prefix(4))
        return switch self {
        case .address: IPv4Address(octets: bytes).map(\.description) ?? "?"
        case .protocol: bytes.first == 6 ? "tcp" : "udp"
        case .port: "\(UInt16(bytes[0]) << 8 | UInt16(bytes[1]))"
        }
    }
}
