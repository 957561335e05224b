// The redraw table in the kernel, compared with the messages that create it.

import AmtguardCore
import CLinux
import Glibc
import SystemPackage

/// Reads the redraw table of a network namespace.
struct RedrawTableReader: ~Copyable {
    var socket: NetlinkSocket
    /// The port of the socket that should own it.
    let owner: UInt32

    /// Without elements: the rest is the same for all addresses and ports.
    private let ruleset: Ruleset

    /// More elements than any table of amtguard has.
    private static let mostElements = 65_536

    init(socket: consuming NetlinkSocket, owner: UInt32) {
        self.socket = socket
        self.owner = owner
        ruleset = RedrawTable(addresses: [], tcp: PortSet(), udp: PortSet()).ruleset
    }

    /// One look. The caller compares the ruleset's generation before it and after it.
    mutating func read() throws(Errno) -> RedrawReading {
        guard let table = try head() else { return RedrawReading(.absent) }
        let isOwned = table.owner == owner
        guard isOwned || table.owner == nil && table.isCommented else {
            return RedrawReading(.foreign(owner: table.owner.flatMap(Self.command(ofPort:))))
        }
        let packets = try counters()
        var reading = RedrawReading(
            .altered, isOwned: isOwned, redrawn: packets[RedrawTable.redrawnCounter] ?? 0,
            refused: packets[RedrawTable.refusedCounter] ?? 0)
        let entries = ruleset.chains.count + ruleset.sets.count + ruleset.counters.count
        guard table.comment == Array(ruleset.comment.utf8), table.flags & NFT_TABLE_F_DORMANT.rawValue == 0,
            table.entries == entries, packets.count == ruleset.counters.count, try areChainsWhole(),
            try areSetsWhole(), try areRulesWhole()
        else { return reading }
        var elements: [String: Set<[UInt8]>] = [:]
        for set in ruleset.sets where set.dynamic == nil { elements[set.name] = try self.elements(of: set.name) }
        if let table = RedrawTable(elements: elements) { reading.state = .inForce(table) }
        return reading
    }

    // MARK: - Parts

    private mutating func head() throws(Errno) -> TableHead? {
        let request = [NetlinkAttribute(NFTA_TABLE_NAME, ruleset.name)]
        guard let answer = try ask(NFT_MSG_GETTABLE, request) else { return nil }
        guard let head = try TableHead(answer) else { throw .badMessage }
        return head
    }

    /// The packets of each counter.
    private mutating func counters() throws(Errno) -> [String: UInt64] {
        let ruleset = ruleset
        let request = [NetlinkAttribute(NFTA_OBJ_TABLE, ruleset.name)]
        return try dump(NFT_MSG_GETOBJ, request, into: [:]) { (counters, message) throws(Errno) in
            guard let counter = try CounterEntry(message), counter.table == Array(ruleset.name.utf8),
                let name = ruleset.counters.first(where: { Array($0.utf8) == counter.name })
            else { return }
            counters[name] = counter.packets
        }
    }

    private mutating func areChainsWhole() throws(Errno) -> Bool {
        for chain in ruleset.chains {
            // By its name, because a list would have the chains of all tables.
            let request = [
                NetlinkAttribute(NFTA_CHAIN_TABLE, ruleset.name), NetlinkAttribute(NFTA_CHAIN_NAME, chain.name),
            ]
            guard let answer = try ask(NFT_MSG_GETCHAIN, request), let found = try ChainHead(answer),
                found == ChainHead(chain, table: ruleset.name)
            else { return false }
        }
        return true
    }

    private mutating func areSetsWhole() throws(Errno) -> Bool {
        for set in ruleset.sets {
            let request = [NetlinkAttribute(NFTA_SET_TABLE, ruleset.name), NetlinkAttribute(NFTA_SET_NAME, set.name)]
            guard let answer = try ask(NFT_MSG_GETSET, request), try SetHead(answer) == SetHead(set) else {
                return false
            }
        }
        return true
    }

    private mutating func areRulesWhole() throws(Errno) -> Bool {
        let ruleset = ruleset
        let request = [NetlinkAttribute(NFTA_RULE_TABLE, ruleset.name)]
        let expected = Dictionary(
            uniqueKeysWithValues: ruleset.chains.map { ($0.name, $0.rules.map { $0.flatMap(\.expressions) }) })
        /// The rules of each chain that were not seen yet; `nil` once a rule differs.
        var rest: [String: ArraySlice<[NetlinkAttribute.Value]>]? = expected.mapValues { $0[...] }
        rest = try dump(NFT_MSG_GETRULE, request, into: rest) { (rest, message) throws(Errno) in
            guard let rule = try RuleEntry(message), rule.table.elementsEqual(ruleset.name.utf8) else { return }
            let chain = String(decoding: rule.chain, as: UTF8.self)
            guard let expressions = rest?[chain]?.popFirst(),
                try NetlinkAttribute.Value.list(expressions).isShown(by: rule.expressions)
            else { return rest = nil }
        }
        return rest?.allSatisfy { $0.value.isEmpty } ?? false
    }

    /// - Returns: `nil` if there is no such set, or if it has more elements than amtguard adds.
    private mutating func elements(of set: String) throws(Errno) -> Set<[UInt8]>? {
        let request = [
            NetlinkAttribute(NFTA_SET_ELEM_LIST_TABLE, ruleset.name), NetlinkAttribute(NFTA_SET_ELEM_LIST_SET, set),
        ]
        do throws(Errno) {
            return try dump(NFT_MSG_GETSETELEM, request, into: []) { (elements, message) throws(Errno) in
                try SetElement.forEach(in: message) { (element) throws(Errno) in elements.insert(Array(element.key)) }
                guard elements.count <= Self.mostElements else { throw .fileTooLarge }
            }
        } catch .noSuchFileOrDirectory, .fileTooLarge {
            return nil
        }
    }

    // MARK: - Requests

    /// - Returns: `nil` if there is no such object.
    private mutating func ask(
        _ message: nf_tables_msg_types, _ attributes: [NetlinkAttribute]
    ) throws(Errno) -> NetlinkMessage? {
        do throws(Errno) {
            return try socket.ask(
                type: NFTables.type(message),
                payload: NFTables.payload(family: NFTables.Family.ip.rawValue, attributes))
        } catch .noSuchFileOrDirectory {
            return nil
        }
    }

    private mutating func dump<Value>(
        _ message: nf_tables_msg_types, _ attributes: [NetlinkAttribute], into initial: Value,
        take: (inout Value, NetlinkMessage) throws(Errno) -> Void
    ) throws(Errno) -> Value {
        try socket.dump(
            type: NFTables.type(message),
            payload: NFTables.payload(family: NFTables.Family.ip.rawValue, attributes), into: initial, take: take)
    }

    /// The name of the process that created the socket; the kernel mostly numbers a socket by its creator's pid.
    private static func command(ofPort port: UInt32) -> String? {
        guard Int32(exactly: port) != nil else { return nil }
        return (try? RootDirectory().readFile(FilePath("/proc/\(port)/comm"), atMost: 64)).flatMap(WriterLookup.command)
    }
}
