// The chains of nf_tables that translate addresses, and the ports that they forward.

package import AmtguardCore
import CLinux
import Glibc
package import SystemPackage

/// More than any host has: chains that translate, and rules in their tables (kube-proxy has several for each service).
private let mostChains = 1_024
private let mostRules = 32_768
private let mostSets = 64
private let mostPublished = 64

/// The base chains of type `nat` at postrouting in the caller's network namespace, in the families that carry IPv4; and
/// which of `ports` other chains of type `nat` forward.
///
/// If a table has a base chain of type `nat` at prerouting or output, all its rules count, whichever chain leads to
/// them. `PublishingRule` says which rules are understood. A port in a verdict map, or as a part of a longer key, is
/// not understood.
/// - Parameter ports: If empty, no rule is read.
/// - Throws: `protocolNotSupported` if the kernel has no nf_tables; `notPermitted` without CAP_NET_ADMIN;
///   `resourceTemporarilyUnavailable` if the ruleset changed during each of eight attempts. If there are more rules
///   than any host has, only the first ones are read.
package func readNATChains(
    publishing ports: PortSet
) throws(Errno) -> (chains: [Translation.Chain], published: [Translation.PublishedPort]) {
    var socket = try NetlinkSocket(family: NETLINK_NETFILTER)
    _ = try socket.generation()  // Fails if there is no nf_tables to be read.
    var reader = NATReader(socket: socket)
    let chains = try reader.chains()
    let postrouting = chains.filter { $0.place == .postrouting }.map(\.chain)
    guard !ports.isEmpty else { return (postrouting.sorted(), []) }
    var published: Set<Translation.PublishedPort> = []
    for table in Set(chains.filter { $0.place == .destination }.map(\.table)) {
        published.formUnion(try reader.published(ports, in: table))
    }
    let sorted = published.sorted {
        ($0.port, $0.protocol.rawValue, $0.chain) < ($1.port, $1.protocol.rawValue, $1.chain)
    }
    return (postrouting.sorted(), Array(sorted.prefix(mostPublished)))
}

private struct NATReader: ~Copyable {
    var socket: NetlinkSocket

    init(socket: consuming NetlinkSocket) { self.socket = socket }

    /// A table by the kernel's name.
    struct Table: Hashable {
        var family: NFTables.Family
        var name: [UInt8]
    }

    /// A base chain of type `nat`.
    struct Entry {
        enum Place { case postrouting, destination }

        var place: Place
        var table: Table
        var chain: Translation.Chain
    }

    mutating func chains() throws(Errno) -> [Entry] {
        // Requests all families, because the kernel takes either one or all.
        try dump(NFT_MSG_GETCHAIN, family: 0, [], into: []) { (entries, message) throws(Errno) in
            guard let head = try ChainHead(message), let family = NFTables.Family(rawValue: head.family),
                let hook = head.hook, hook.type == Array("nat".utf8), let place = Entry.Place(hook: hook.place)
            else { return }
            let table = Table(family: family, name: head.table)
            entries.append(Entry(place: place, table: table, chain: Translation.Chain(head.name, in: table)))
            guard entries.count <= mostChains else { throw .fileTooLarge }
        }
    }

    mutating func published(_ ports: PortSet, in table: Table) throws(Errno) -> Set<Translation.PublishedPort> {
        var found: Set<Translation.PublishedPort> = []
        /// The rules that look up the port, by the set.
        var lookups: [[UInt8]: Set<Lookup>] = [:]
        var count = 0
        let request = [NetlinkAttribute(NFTA_RULE_TABLE, .bytes(table.name + [0]))]
        do throws(Errno) {
            try dump(NFT_MSG_GETRULE, family: table.family.rawValue, request, into: ()) { (_, message) throws(Errno) in
                count += 1
                guard count <= mostRules else { throw .fileTooLarge }
                guard let entry = try RuleEntry(message), entry.table.elementsEqual(table.name),
                    let rule = try PublishingRule(expressions: entry.expressions)
                else { return }
                let admitted = rule.ports.intersection(ports)
                let chain = Translation.Chain(Array(entry.chain), in: table)
                guard !admitted.isEmpty else { return }
                let lookup = Lookup(protocols: rule.protocols, ports: admitted, chain: chain)
                if rule.sets.isEmpty { found.formUnion(lookup.published(admitted)) }
                for set in rule.sets where lookups.count < mostSets { lookups[set, default: []].insert(lookup) }
                guard found.count <= mostChains else { throw .fileTooLarge }
            }
        } catch .fileTooLarge {
            // The rules found so far count. The list was not read to its end, so the next request needs another socket.
            socket = try NetlinkSocket(family: NETLINK_NETFILTER)
        }
        for (set, lookups) in lookups {
            let members = try elements(of: set, in: table)
            for lookup in lookups { found.formUnion(lookup.published(members.intersection(lookup.ports))) }
        }
        return found
    }

    /// The ports and protocols that a rule admits before it looks up the port.
    struct Lookup: Hashable {
        var protocols: Set<LocalSocket.TransportProtocol>
        var ports: PortSet
        var chain: Translation.Chain

        func published(_ ports: PortSet) -> [Translation.PublishedPort] {
            protocols.flatMap { transport in
                ports.ranges.flatMap { $0 }.map { Translation.PublishedPort(transport, port: $0, in: chain) }
            }
        }
    }

    /// The ports in a set; none if the set was deleted in the meantime.
    private mutating func elements(of set: [UInt8], in table: Table) throws(Errno) -> PortSet {
        let request = [
            NetlinkAttribute(NFTA_SET_ELEM_LIST_TABLE, .bytes(table.name + [0])),
            NetlinkAttribute(NFTA_SET_ELEM_LIST_SET, .bytes(set + [0])),
        ]
        do throws(Errno) {
            let bounds = try dump(
                NFT_MSG_GETSETELEM, family: table.family.rawValue, request, into: Set<PortBound>()
            ) { (bounds, message) throws(Errno) in
                try SetElement.forEach(in: message) { (element) throws(Errno) in
                    if let bound = PortBound(element) { bounds.insert(bound) }
                }
            }
            return PortBound.ports(bounds)
        } catch .noSuchFileOrDirectory {
            return PortSet()
        }
    }

    @discardableResult
    private mutating func dump<Value>(
        _ message: nf_tables_msg_types, family: UInt8, _ attributes: [NetlinkAttribute], into initial: Value,
        take: (inout Value, NetlinkMessage) throws(Errno) -> Void
    ) throws(Errno) -> Value {
        try socket.dump(
            type: NFTables.type(message), payload: NFTables.payload(family: family, attributes), into: initial,
            take: take)
    }
}

extension NATReader.Entry.Place {
    /// - Parameter hook: A value of `enum nf_inet_hooks`: 0 is prerouting, 3 output, 4 postrouting.
    init?(hook: UInt32) {
        switch hook {
        case 0, 3: self = .destination
        case 4: self = .postrouting
        default: return nil
        }
    }
}

extension Translation.Chain {
    fileprivate init(_ name: [UInt8], in table: NATReader.Table) {
        self.init(family: table.family.name, table: printable(table.name), name: printable(name))
    }
}

/// An element of a set of ports. In a set of ranges, each range has an element for its first port and one for the port
/// after its last.
package struct PortBound: Hashable {
    package var port: UInt16
    package var isEnd: Bool

    init(port: UInt16, isEnd: Bool) {
        self.port = port
        self.isEnd = isEnd
    }

    /// - Returns: `nil` for a key of another length.
    package init?(_ element: SetElement) {
        guard let port = element.key.number(UInt16.self) else { return nil }
        self.init(port: port, isEnd: element.isEnd)
    }

    /// The ports of a set with these elements.
    package static func ports(_ bounds: Set<PortBound>) -> PortSet {
        guard bounds.contains(where: \.isEnd) else {
            return PortSet(merging: bounds.map { $0.port...$0.port })
        }
        // If a range ends where the next one begins, the end comes first.
        let sorted = bounds.sorted { ($0.port, $0.isEnd ? 0 : 1) < ($1.port, $1.isEnd ? 0 : 1) }
        var ranges: [ClosedRange<UInt16>] = []
        var low: UInt16?
        for bound in sorted {
            if !bound.isEnd {
                low = low ?? bound.port
            } else if let first = low {
                if bound.port > first { ranges.append(first...bound.port - 1) }
                low = nil
            }
        }
        if let low { ranges.append(low...UInt16.max) }
        return PortSet(merging: ranges)
    }
}
