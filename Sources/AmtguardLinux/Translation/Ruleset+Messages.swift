// The form of a ruleset for the kernel: the messages that create it.

import AmtguardCore
import CLinux
import Glibc

extension Ruleset {
    /// Appends the messages that create the table with its content.
    ///
    /// - Parameter isOwned: Whether the sending socket owns the table (Linux 5.12).
    func appendCreation(to batch: inout NFTables.Batch, isOwned: Bool) {
        batch.append(NFT_MSG_NEWTABLE, flags: NLM_F_CREATE | NLM_F_EXCL, tableAttributes(isOwned: isOwned))
        for counter in counters { batch.append(NFT_MSG_NEWOBJ, flags: NLM_F_CREATE, counterAttributes(counter)) }
        for (number, set) in sets.enumerated() {
            batch.append(NFT_MSG_NEWSET, flags: NLM_F_CREATE, setAttributes(set, id: UInt32(number) + 1))
            appendElements(of: set, to: &batch)
        }
        // A rule can only be added to an existing chain.
        for chain in chains { batch.append(NFT_MSG_NEWCHAIN, flags: NLM_F_CREATE, chainAttributes(chain)) }
        for chain in chains {
            for rule in chain.rules {
                batch.append(
                    NFT_MSG_NEWRULE, flags: NLM_F_CREATE | NLM_F_APPEND,
                    [
                        NetlinkAttribute(NFTA_RULE_TABLE, name), NetlinkAttribute(NFTA_RULE_CHAIN, chain.name),
                        NetlinkAttribute(NFTA_RULE_EXPRESSIONS, .list(rule.flatMap(\.expressions))),
                    ])
            }
        }
    }

    /// Appends the messages that replace the elements of the set.
    func appendRefill(of set: ElementSet, to batch: inout NFTables.Batch) {
        // A message without elements deletes all of them.
        batch.append(
            NFT_MSG_DELSETELEM,
            [
                NetlinkAttribute(NFTA_SET_ELEM_LIST_TABLE, name), NetlinkAttribute(NFTA_SET_ELEM_LIST_SET, set.name),
            ])
        appendElements(of: set, to: &batch)
    }

    func appendDeletion(to batch: inout NFTables.Batch) {
        batch.append(NFT_MSG_DELTABLE, [NetlinkAttribute(NFTA_TABLE_NAME, name)])
    }

    /// A number of elements that always fits into one attribute, which has at most 65,535 bytes.
    private static let elementsInMessage = 1_024

    private func appendElements(of set: ElementSet, to batch: inout NFTables.Batch) {
        var rest = set.elements.sorted { $0.lexicographicallyPrecedes($1) }[...]
        while !rest.isEmpty {
            let part = rest.prefix(Self.elementsInMessage).map { element in
                NetlinkAttribute.Value.fields([
                    NetlinkAttribute(NFTA_SET_ELEM_KEY, [NetlinkAttribute(NFTA_DATA_VALUE, .bytes(element))])
                ])
            }
            batch.append(
                NFT_MSG_NEWSETELEM, flags: NLM_F_CREATE,
                [
                    NetlinkAttribute(NFTA_SET_ELEM_LIST_TABLE, name),
                    NetlinkAttribute(NFTA_SET_ELEM_LIST_SET, set.name),
                    NetlinkAttribute(NFTA_SET_ELEM_LIST_ELEMENTS, .list(part)),
                ])
            rest = rest.dropFirst(part.count)
        }
    }

    private func tableAttributes(isOwned: Bool) -> [NetlinkAttribute] {
        [
            NetlinkAttribute(NFTA_TABLE_NAME, name),
            NetlinkAttribute(NFTA_TABLE_FLAGS, isOwned ? UInt32(SHIM_NFT_TABLE_F_OWNER) : 0),
            NetlinkAttribute(NFTA_TABLE_USERDATA, .bytes(UserData.table(comment: comment))),
        ]
    }

    private func counterAttributes(_ counter: String) -> [NetlinkAttribute] {
        [
            NetlinkAttribute(NFTA_OBJ_TABLE, name), NetlinkAttribute(NFTA_OBJ_NAME, counter),
            NetlinkAttribute(NFTA_OBJ_TYPE, UInt32(NFT_OBJECT_COUNTER)),
            NetlinkAttribute(
                NFTA_OBJ_DATA,
                [NetlinkAttribute(NFTA_COUNTER_BYTES, UInt64(0)), NetlinkAttribute(NFTA_COUNTER_PACKETS, UInt64(0))]),
        ]
    }

    /// - Parameter id: A number that no other set of the batch has.
    private func setAttributes(_ set: ElementSet, id: UInt32) -> [NetlinkAttribute] {
        var attributes = [
            NetlinkAttribute(NFTA_SET_TABLE, name), NetlinkAttribute(NFTA_SET_NAME, set.name),
            NetlinkAttribute(NFTA_SET_FLAGS, set.flags), NetlinkAttribute(NFTA_SET_KEY_TYPE, set.keyType),
            NetlinkAttribute(NFTA_SET_KEY_LEN, set.keyLength), NetlinkAttribute(NFTA_SET_ID, id),
            NetlinkAttribute(NFTA_SET_USERDATA, .bytes(UserData.set(key: set.key))),
        ]
        if let dynamic = set.dynamic {
            attributes += [
                NetlinkAttribute(NFTA_SET_TIMEOUT, dynamic.milliseconds),
                NetlinkAttribute(NFTA_SET_DESC, [NetlinkAttribute(NFTA_SET_DESC_SIZE, dynamic.size)]),
            ]
        }
        return attributes
    }

    private func chainAttributes(_ chain: Chain) -> [NetlinkAttribute] {
        var attributes = [
            NetlinkAttribute(NFTA_CHAIN_TABLE, name), NetlinkAttribute(NFTA_CHAIN_NAME, chain.name),
        ]
        if let hook = chain.hook {
            attributes += [
                NetlinkAttribute(
                    NFTA_CHAIN_HOOK,
                    [
                        NetlinkAttribute(NFTA_HOOK_HOOKNUM, hook.place.rawValue),
                        NetlinkAttribute(NFTA_HOOK_PRIORITY, hook.priority),
                    ]),
                NetlinkAttribute(NFTA_CHAIN_POLICY, Hook.accept), NetlinkAttribute(NFTA_CHAIN_TYPE, Hook.type),
            ]
        }
        return attributes
    }
}

extension Ruleset.Hook {
    static var type: String { "filter" }
    /// NF_ACCEPT.
    static var accept: UInt32 { 1 }
}

extension Ruleset.ElementSet {
    /// For a set that rules fill: elements with a timeout.
    var flags: UInt32 { dynamic == nil ? 0 : NFT_SET_TIMEOUT.rawValue | NFT_SET_EVAL.rawValue }

    /// nft's types of the fields, six bits each. The kernel only stores this.
    var keyType: UInt32 { key.reduce(0) { $0 << 6 | $1.number } }

    /// In a key of several fields, each has whole registers of four bytes.
    var keyLength: UInt32 { key.count == 1 ? UInt32(key[0].length) : UInt32(4 * key.count) }
}

extension Ruleset.ElementSet.Dynamic {
    var milliseconds: UInt64 { UInt64(timeout.components.seconds) * 1_000 }
}

/// The data that nft stores with a table or a set, for its listings: type u8, length u8, value (libnftnl's
/// `nftnl_udata`).
enum UserData {
    private static let tableComment: UInt8 = 0
    private static let keyByteOrder: UInt8 = 0

    static func table(comment: String) -> [UInt8] {
        let text = Array(comment.utf8.prefix(127)) + [0]
        return [tableComment, UInt8(text.count)] + text
    }

    /// The comment, as bytes; `nil` for none.
    static func comment(ofTable data: ArraySlice<UInt8>) -> [UInt8]? {
        var rest = data
        while let type = rest.popFirst(), let length = rest.popFirst(), length <= rest.count {
            if type == tableComment { return Array(rest.prefix(Int(length)).untilNUL) }
            rest = rest.dropFirst(Int(length))
        }
        return nil
    }

    /// The byte order of a key of one field: 1 for the machine's, 2 for network order; 0 for several fields.
    static func set(key: [Ruleset.Field.Kind]) -> [UInt8] {
        [keyByteOrder, 4] + [UInt8](native: UInt32(key.count == 1 ? 2 : 0))
    }
}
