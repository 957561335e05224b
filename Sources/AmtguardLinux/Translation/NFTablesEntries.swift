// The kernel's entries for tables, chains, sets, rules and counters. Names are bytes, because other programs choose
// them.

import AmtguardCore
import CLinux
package import SystemPackage

/// A table (`NFT_MSG_NEWTABLE`).
package struct TableHead: Hashable {
    var flags: UInt32
    /// How many chains, sets, counters and other objects it has.
    var entries: UInt32
    var comment: [UInt8]?
    /// The port of the socket that owns it.
    var owner: UInt32?

    /// - Returns: `nil` for another message.
    /// - Throws: `badMessage` without flags, or if a length does not fit.
    package init?(_ message: NetlinkMessage) throws(Errno) {
        guard let (_, fields) = try message.fields(of: NFT_MSG_NEWTABLE) else { return nil }
        guard let flags = fields[NFTA_TABLE_FLAGS]?.number(UInt32.self) else { throw .badMessage }
        self.flags = flags
        entries = fields[NFTA_TABLE_USE]?.number(UInt32.self) ?? 0
        comment = fields[NFTA_TABLE_USERDATA].flatMap(UserData.comment(ofTable:))
        owner = fields[CInt(SHIM_NFTA_TABLE_OWNER)]?.number(UInt32.self)
    }

    /// Whether any version of amtguard made it.
    var isCommented: Bool { comment?.starts(with: "amtguard:".utf8) ?? false }
}

/// A chain (`NFT_MSG_NEWCHAIN`).
package struct ChainHead: Hashable {
    var family: UInt8
    package var table: [UInt8]
    package var name: [UInt8]
    /// `nil` for the target of a jump.
    var hook: Hook?

    /// The hook of a base chain.
    struct Hook: Hashable {
        /// A value of `enum nf_inet_hooks`.
        var place: UInt32
        var priority: Int32
        var type: [UInt8]
        var policy: UInt32?
    }

    /// - Returns: `nil` for another message.
    /// - Throws: `badMessage` without a name, or if a length does not fit.
    package init?(_ message: NetlinkMessage) throws(Errno) {
        guard let (family, fields) = try message.fields(of: NFT_MSG_NEWCHAIN) else { return nil }
        guard let table = fields[NFTA_CHAIN_TABLE]?.untilNUL, let name = fields[NFTA_CHAIN_NAME]?.untilNUL else {
            throw .badMessage
        }
        self.family = family
        self.table = Array(table)
        self.name = Array(name)
        guard let hook = try fields[NFTA_CHAIN_HOOK]?.fields() else { return }
        guard let place = hook[NFTA_HOOK_HOOKNUM]?.number(UInt32.self),
            let priority = hook[NFTA_HOOK_PRIORITY]?.number(Int32.self)
        else { throw .badMessage }
        self.hook = Hook(
            place: place, priority: priority, type: fields[NFTA_CHAIN_TYPE].map { Array($0.untilNUL) } ?? [],
            policy: fields[NFTA_CHAIN_POLICY]?.number(UInt32.self))
    }

    /// The expected entry for a chain of ours.
    init(_ chain: Ruleset.Chain, table: String) {
        family = NFTables.Family.ip.rawValue
        self.table = Array(table.utf8)
        name = Array(chain.name.utf8)
        hook = chain.hook.map {
            Hook(
                place: $0.place.rawValue, priority: $0.priority, type: Array(Ruleset.Hook.type.utf8),
                policy: Ruleset.Hook.accept)
        }
    }
}

/// A set (`NFT_MSG_NEWSET`), without its elements.
package struct SetHead: Hashable {
    var name: [UInt8]
    var flags: UInt32
    var keyLength: UInt32
    /// How long an element stays, in milliseconds; 0 means for ever.
    var timeout: UInt64
    /// How many elements there may be; 0 means no limit.
    var size: UInt32

    /// - Returns: `nil` for another message.
    /// - Throws: `badMessage` without a name or the length of its key, or if a length does not fit.
    package init?(_ message: NetlinkMessage) throws(Errno) {
        guard let (_, fields) = try message.fields(of: NFT_MSG_NEWSET) else { return nil }
        guard let name = fields[NFTA_SET_NAME]?.untilNUL, let length = fields[NFTA_SET_KEY_LEN]?.number(UInt32.self)
        else { throw .badMessage }
        self.name = Array(name)
        keyLength = length
        // The kernel leaves out what is 0.
        flags = fields[NFTA_SET_FLAGS]?.number(UInt32.self) ?? 0
        timeout = fields[NFTA_SET_TIMEOUT]?.number(UInt64.self) ?? 0
        size = try fields[NFTA_SET_DESC]?.fields()[NFTA_SET_DESC_SIZE]?.number(UInt32.self) ?? 0
    }

    /// The expected entry for a set of ours.
    init(_ set: Ruleset.ElementSet) {
        name = Array(set.name.utf8)
        flags = set.flags
        keyLength = set.keyLength
        timeout = set.dynamic?.milliseconds ?? 0
        size = set.dynamic?.size ?? 0
    }
}

/// An element of a set (`NFT_MSG_NEWSETELEM` has many).
package struct SetElement: Hashable {
    package var key: ArraySlice<UInt8>
    /// Whether this is no element, but the first key after a range of elements.
    package var isEnd: Bool

    /// Calls `body` with each element that has a key.
    ///
    /// - Throws: `badMessage` if a length does not fit, and the errors of `body`.
    package static func forEach(
        in message: NetlinkMessage, _ body: (SetElement) throws(Errno) -> Void
    ) throws(Errno) {
        guard let (_, fields) = try message.fields(of: NFT_MSG_NEWSETELEM) else { return }
        try fields[NFTA_SET_ELEM_LIST_ELEMENTS]?.forEachAttribute { (_, value) throws(Errno) in
            let fields = try value.fields()
            // The element for all other keys has no key.
            guard let key = try fields[NFTA_SET_ELEM_KEY]?.fields()[NFTA_DATA_VALUE] else { return }
            let flags = fields[NFTA_SET_ELEM_FLAGS]?.number(UInt32.self) ?? 0
            try body(SetElement(key: key, isEnd: flags & NFT_SET_ELEM_INTERVAL_END.rawValue != 0))
        }
    }
}

/// A rule (`NFT_MSG_NEWRULE`).
package struct RuleEntry: Hashable {
    package var table: ArraySlice<UInt8>
    package var chain: ArraySlice<UInt8>
    /// A list of expressions, each a name and data.
    package var expressions: ArraySlice<UInt8>

    /// - Returns: `nil` for another message.
    /// - Throws: `badMessage` without the names of its table and its chain, or if a length does not fit.
    package init?(_ message: NetlinkMessage) throws(Errno) {
        guard let (_, fields) = try message.fields(of: NFT_MSG_NEWRULE) else { return nil }
        guard let table = fields[NFTA_RULE_TABLE]?.untilNUL, let chain = fields[NFTA_RULE_CHAIN]?.untilNUL else {
            throw .badMessage
        }
        self.table = table
        self.chain = chain
        expressions = fields[NFTA_RULE_EXPRESSIONS] ?? []
    }
}

/// A named counter (`NFT_MSG_NEWOBJ`).
package struct CounterEntry: Hashable {
    var table: [UInt8]
    var name: [UInt8]
    var packets: UInt64

    /// - Returns: `nil` for another message, or for an object of another kind.
    /// - Throws: `badMessage` without a name or a number, or if a length does not fit.
    package init?(_ message: NetlinkMessage) throws(Errno) {
        guard let (_, fields) = try message.fields(of: NFT_MSG_NEWOBJ),
            fields[NFTA_OBJ_TYPE]?.number(UInt32.self) == UInt32(NFT_OBJECT_COUNTER)
        else { return nil }
        guard let table = fields[NFTA_OBJ_TABLE]?.untilNUL, let name = fields[NFTA_OBJ_NAME]?.untilNUL,
            let packets = try fields[NFTA_OBJ_DATA]?.fields()[NFTA_COUNTER_PACKETS]?.number(UInt64.self)
        else { throw .badMessage }
        self.table = Array(table)
        self.name = Array(name)
        self.packets = packets
    }
}
