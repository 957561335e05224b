import AmtguardCore
import CLinux
import Glibc
import SystemPackage
import Testing

@testable import AmtguardLinux

@Suite("Bytes of nf_tables")
struct NFTablesBytesTests {
    private static let ruleset = RedrawTable.of().ruleset

    /// Recorded from Linux 6.18.
    @Test(arguments: [
        ("rule-amtguard-0", "redraw", 0), ("rule-amtguard-1", "again", 0), ("rule-amtguard-6", "output", 0),
        ("rule-amtguard-8", "refuse", 1),
    ])
    func `a recorded rule is the one that was made`(name: String, chain: String, index: Int) throws {
        let rule = try #require(try RuleEntry(message(NFT_MSG_NEWRULE.rawValue, recorded(name))))
        #expect(String(decoding: rule.chain, as: UTF8.self) == chain)
        let chains = Self.ruleset.chains
        for other in chains {
            for (number, statements) in other.rules.enumerated() {
                let own = NetlinkAttribute.Value.list(statements.flatMap(\.expressions))
                let isIt = try own.isShown(by: rule.expressions)
                // The rules of forward and output are the same.
                let isSame = statements == chains.first { $0.name == chain }?.rules[index]
                #expect(isIt == isSame, "\(other.name) \(number)")
            }
        }
    }

    @Test func `each byte of a rule counts, but for what the kernel adds`() throws {
        let bytes = try recorded("rule-amtguard-1")
        let rule = try #require(try RuleEntry(message(NFT_MSG_NEWRULE.rawValue, bytes)))
        let own = NetlinkAttribute.Value.list(Self.ruleset.chains[1].rules[0].flatMap(\.expressions))
        var unseen = 0
        for index in rule.expressions.indices {
            var changed = rule.expressions
            changed[index] ^= 0x41
            if (try? own.isShown(by: changed)) == true { unseen += 1 }
        }
        // Padding, and the list marks in the types.
        #expect(unseen < 60, "\(unseen) of \(rule.expressions.count)")
        #expect(throws: Errno.badMessage) { _ = try own.isShown(by: rule.expressions.dropLast(4)) }
        // Without its last expression, `drop`.
        #expect(try !own.isShown(by: rule.expressions.dropLast(48)))
        #expect(try !own.isShown(by: rule.expressions + Array(rule.expressions)))
    }

    @Test func `recorded heads are the ones that were made`() throws {
        let table = try #require(try TableHead(message(NFT_MSG_NEWTABLE.rawValue, recorded("table"))))
        #expect(table.comment == Array(RedrawTable.comment.utf8) && table.isCommented)
        #expect(table.flags == 0 && table.owner == nil && table.entries == 12)
        let chain = try #require(try ChainHead(message(NFT_MSG_NEWCHAIN.rawValue, recorded("chain-redraw"))))
        #expect(chain == ChainHead(Self.ruleset.chains[0], table: RedrawTable.name))
        let set = try #require(try SetHead(message(NFT_MSG_NEWSET.rawValue, recorded("set-stubborn"))))
        #expect(set == SetHead(Self.ruleset.sets[4]) && set != SetHead(Self.ruleset.sets[3]))
        let counter = try #require(try CounterEntry(message(NFT_MSG_NEWOBJ.rawValue, recorded("counter"))))
        #expect(counter.table == Array("amtguard".utf8) && counter.packets == 0)
    }

    @Test func `recorded elements are the ones that were made`() throws {
        var keys: Set<[UInt8]> = []
        try SetElement.forEach(in: message(NFT_MSG_NEWSETELEM.rawValue, recorded("elements-ports"))) { element in
            keys.insert(Array(element.key))
        }
        #expect(keys == Self.ruleset.sets[1].elements)
    }

    @Test func `messages of other kinds are none of these`() throws {
        let bytes = try recorded("table")
        #expect(try ChainHead(message(NFT_MSG_NEWTABLE.rawValue, bytes)) == nil)
        #expect(try RuleEntry(message(NFT_MSG_NEWTABLE.rawValue, bytes)) == nil)
        #expect(try TableHead(message(NFT_MSG_NEWCHAIN.rawValue, bytes)) == nil)
        #expect(throws: Errno.badMessage) { _ = try TableHead(message(NFT_MSG_NEWTABLE.rawValue, [2, 0])) }
        #expect(throws: Errno.badMessage) { _ = try TableHead(message(NFT_MSG_NEWTABLE.rawValue, [2, 0, 0, 0])) }
    }

    @Test func `the comment of a table is found among other data, and never beyond the end`() {
        let comment = UserData.table(comment: "amtguard: x")
        #expect(comment == [0, 12] + Array("amtguard: x".utf8) + [0])
        #expect(UserData.comment(ofTable: ([7, 2, 1, 1] + comment)[...]) == Array("amtguard: x".utf8))
        for data in [[], [0], [0, 5, 1], [7, 200, 0, 1, 65], [7, 0]] as [[UInt8]] {
            #expect(UserData.comment(ofTable: data[...]) == nil)
        }
        #expect(UserData.table(comment: String(repeating: "x", count: 500)).count == 130)
        #expect(RedrawTable.comment.utf8.count <= 127)
    }

    @Test func `no attribute of a batch is longer than its length can say`() throws {
        let table = RedrawTable.of(
            (0..<2_000).map { "10.\($0 / 250).1.\($0 % 250)" }, tcp: PortSet(1...4_000), udp: PortSet(1...4_000))
        var batch = NFTables.Batch()
        table.ruleset.appendCreation(to: &batch, isOwned: true)
        var keys: [[UInt8]: Set<[UInt8]>] = [:]
        for request in batch.requests where request.type == 10 << 8 | UInt16(NFT_MSG_NEWSETELEM.rawValue) {
            let message = NetlinkMessage(type: request.type, flags: 0, sequence: 0, payload: request.payload[...])
            let fields = try #require(try message.fields(of: NFT_MSG_NEWSETELEM)).fields
            #expect(request.payload.count < 65_000)
            let set = Array(try #require(fields[NFTA_SET_ELEM_LIST_SET]).untilNUL)
            try SetElement.forEach(in: message) { keys[set, default: []].insert(Array($0.key)) }
        }
        for set in table.ruleset.sets where set.dynamic == nil {
            #expect(keys[Array(set.name.utf8)] == set.elements)
        }
    }

    @Test func `a batch begins and ends, and its last request asks for an answer`() {
        var batch = NFTables.Batch()
        Self.ruleset.appendDeletion(to: &batch)
        Self.ruleset.appendDeletion(to: &batch)
        let whole = batch.whole(at: 0x0102_0304)
        #expect(whole.map(\.type) == [16, 10 << 8 | 2, 10 << 8 | 2, 17])
        #expect(whole.map(\.flags) == [0, 0, NLM_F_ACK, 0])
        #expect(whole[0].payload == bytes("00 00 00 0a  08 00 01 00 01 02 03 04"))
        #expect(whole[1].payload == bytes("02 00 00 00  0d 00 01 00 61 6d 74 67 75 61 72 64 00 00 00 00"))
        #expect(whole[3].payload == bytes("00 00 00 0a"))
    }

    @Test(arguments: 0..<64)
    func `damaged messages are parsed or refused, and nothing else`(seed: UInt64) throws {
        var random = Seeded(seed)
        for name in ["table", "chain-redraw", "rule-amtguard-1", "rule-nat-5", "set-stubborn", "elements-ports"] {
            let damaged = random.damage(try recorded(name))
            for kind in [NFT_MSG_NEWTABLE, NFT_MSG_NEWCHAIN, NFT_MSG_NEWRULE, NFT_MSG_NEWSET, NFT_MSG_NEWSETELEM] {
                let message = message(kind.rawValue, damaged)
                do throws(Errno) {
                    _ = try TableHead(message)
                    _ = try ChainHead(message)
                    _ = try SetHead(message)
                    if let rule = try RuleEntry(message) { _ = try PublishingRule(expressions: rule.expressions) }
                    try SetElement.forEach(in: message) { (_) throws(Errno) in }
                } catch {
                    #expect(error == .badMessage, "\(name), seed \(seed)")
                }
            }
        }
    }
}

@Suite("Rules that publish ports")
struct PublishingRuleTests {
    private static func rule(_ name: String) throws -> PublishingRule? {
        let entry = try #require(try RuleEntry(message(NFT_MSG_NEWRULE.rawValue, recorded(name))))
        return try PublishingRule(expressions: entry.expressions)
    }

    /// Rules of nft 1.0.6 and iptables-nft 1.8.9; those of an older iptables are laid out by hand, by
    /// linux/netfilter/xt_tcpudp.h.
    @Test(
        arguments: [
            ("rule-nat-2", [.tcp], PortSet(16_993...16_993)), ("rule-nat-6", [.udp], PortSet(600...630)),
            ("rule-nat-7", [.tcp], PortSet(0...21, 23...65_535)), ("rule-nat-9", [.tcp], PortSet(1...10)),
            ("rule-iptables-0", [.tcp], PortSet(16_992...16_992)), ("rule-iptables-1", [.udp], PortSet(600...623)),
            ("rule-iptables-2", [.tcp], PortSet(80...80, 16_994...16_995)),
            ("rule-iptables-3", [.tcp], PortSet(0...0, 16_993...65_535)),
            ("rule-older-iptables-tcp", [.tcp], PortSet(16_990...16_993)),
            ("rule-older-iptables-udp", [.udp], PortSet(623...623)),
        ] as [(String, Set<LocalSocket.TransportProtocol>, PortSet)])
    func `the port is compared`(name: String, protocols: Set<LocalSocket.TransportProtocol>, ports: PortSet) throws {
        let rule = try #require(try Self.rule(name))
        #expect(rule.protocols == protocols && rule.ports == ports && rule.sets.isEmpty)
    }

    @Test(arguments: [("rule-nat-3", "__set0"), ("rule-nat-5", "web"), ("rule-nat-8", "m")])
    func `the port is looked up`(name: String, set: String) throws {
        let rule = try #require(try Self.rule(name))
        #expect(rule.protocols == [.tcp] && rule.sets.map { String(decoding: $0, as: UTF8.self) } == [set])
    }

    @Test(arguments: ["rule-nat-1", "rule-nat-4", "rule-amtguard-0", "rule-amtguard-1"])
    func `other rules publish nothing`(name: String) throws { #expect(try Self.rule(name) == nil) }

    @Test func `ranges are put together from their bounds`() {
        func first(_ port: UInt16) -> PortBound { PortBound(port: port, isEnd: false) }
        func end(_ port: UInt16) -> PortBound { PortBound(port: port, isEnd: true) }
        #expect(PortBound.ports([]) == PortSet())
        #expect(PortBound.ports([first(80), first(90)]) == PortSet(80...80, 90...90))
        // nft starts a set of ranges with an end at 0.
        let bounds = [end(0), first(80), end(81), first(81), end(90), first(65_000)]
        #expect(PortBound.ports(Set(bounds)) == PortSet(80...89, 65_000...65_535))
        #expect(PortBound.ports([end(0), end(5)]) == PortSet())
    }
}
