import AmtguardCore
import AmtguardLinux
import CLinux
import SystemPackage

extension FuzzTarget {
    /// The bytes as the payload of one message of each kind of nf_tables, and as the expressions of a rule.
    @Sendable static func nftables(_ bytes: [UInt8]) throws(Violation) {
        let kinds = [
            NFT_MSG_NEWTABLE, NFT_MSG_NEWCHAIN, NFT_MSG_NEWSET, NFT_MSG_NEWRULE, NFT_MSG_NEWSETELEM, NFT_MSG_NEWOBJ,
        ]
        for kind in kinds {
            let type = UInt16(NFNL_SUBSYS_NFTABLES) << 8 | UInt16(kind.rawValue)
            let datagram = NetlinkMessage.request(type: type, flags: 0, sequence: 1, payload: bytes)
            let messages = try orBadMessage { () throws(Errno) in try NetlinkMessage.parse(datagram[...]) }
            for message in messages ?? [] { try interpretRuleset(message) }
        }
        try interpretRule(bytes[...])
    }

    private static func interpretRuleset(_ message: NetlinkMessage) throws(Violation) {
        _ = try orBadMessage { () throws(Errno) in try TableHead(message) }
        _ = try orBadMessage { () throws(Errno) in try SetHead(message) }
        _ = try orBadMessage { () throws(Errno) in try CounterEntry(message) }
        let chain = try orBadMessage { () throws(Errno) in try ChainHead(message) }
        if let chain = chain ?? nil {
            let shown = try shown(of: chain)
            try requireOneLine(shown, atMost: 100)
        }
        var bounds: Set<PortBound> = []
        _ = try orBadMessage { () throws(Errno) in
            try SetElement.forEach(in: message) { (element) throws(Errno) in
                guard let bound = PortBound(element) else { return }
                bounds.insert(bound)
            }
        }
        let ports = PortBound.ports(bounds)
        try require(
            bounds.allSatisfy { $0.isEnd || ports.contains($0.port) }, "the first port of a range is in it: \(ports)")
        let rule = try orBadMessage { () throws(Errno) in try RuleEntry(message) }
        if let rule = rule ?? nil { try interpretRule(rule.expressions) }
    }

    private static func shown(of chain: ChainHead) throws(Violation) -> String {
        try require(!chain.table.contains(0) && !chain.name.contains(0), "a name ends at its NUL")
        return printable(chain.table) + printable(chain.name)
    }

    private static func interpretRule(_ expressions: ArraySlice<UInt8>) throws(Violation) {
        let rule = try orBadMessage { () throws(Errno) in try PublishingRule(expressions: expressions) }
        guard let rule = rule ?? nil else { return }
        // An expression has a header, a name and data with headers of their own.
        try require(rule.sets.count * 16 <= expressions.count, "no more sets than there are bytes for")
        try require(rule.ports.count <= 65_536, "the ports are ports: \(rule.ports)")
    }
}
