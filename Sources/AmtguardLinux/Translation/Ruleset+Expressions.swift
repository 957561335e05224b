// The form of a rule for the kernel: expressions that load registers, compare them and act.
//
// The kernel's rules are compared with these expressions (`NetlinkAttribute.Value.isShown`). So each expression also
// has the values that the kernel would set by default, such as the flags of a lookup.

import AmtguardCore
import CLinux
import Glibc

extension Ruleset.Statement {
    /// The expressions of nf_tables for this part of a rule.
    var expressions: [NetlinkAttribute.Value] {
        switch self {
        case .isIn(let fields, let set):
            fields.loads + [
                expression(
                    "lookup",
                    [
                        NetlinkAttribute(NFTA_LOOKUP_SET, set), NetlinkAttribute(NFTA_LOOKUP_SREG, register(0)),
                        NetlinkAttribute(NFTA_LOOKUP_FLAGS, UInt32(0)),
                    ])
            ]
        case .status(let mask, let bits):
            [
                connection(NFT_CT_STATUS),
                expression(
                    "bitwise",
                    [
                        NetlinkAttribute(NFTA_BITWISE_SREG, register(0)),
                        NetlinkAttribute(NFTA_BITWISE_DREG, register(0)),
                        NetlinkAttribute(NFTA_BITWISE_LEN, UInt32(4)),
                        NetlinkAttribute(NFTA_BITWISE_OP, NFT_BITWISE_MASK_XOR.rawValue),
                        NetlinkAttribute(NFTA_BITWISE_MASK, data([UInt8](native: mask.rawValue))),
                        NetlinkAttribute(NFTA_BITWISE_XOR, data([UInt8](native: UInt32(0)))),
                    ]),
                isEqual([UInt8](native: bits.rawValue)),
            ]
        case .isTCP: [Ruleset.Field].loads([.protocol]) + [isEqual([UInt8(IPPROTO_TCP)])]
        case .isOriginal: [connection(NFT_CT_DIRECTION), isEqual([Direction.original.rawValue])]
        case .add(let fields, let set):
            fields.loads + [
                expression(
                    "dynset",
                    [
                        NetlinkAttribute(NFTA_DYNSET_SET_NAME, set),
                        NetlinkAttribute(NFTA_DYNSET_OP, NFT_DYNSET_OP_ADD.rawValue),
                        NetlinkAttribute(NFTA_DYNSET_SREG_KEY, register(0)),
                        // The timeout of the set applies.
                        NetlinkAttribute(NFTA_DYNSET_TIMEOUT, UInt64(0)),
                        NetlinkAttribute(NFTA_DYNSET_FLAGS, UInt32(0)),
                    ])
            ]
        case .count(let counter):
            [
                expression(
                    "objref",
                    [
                        NetlinkAttribute(NFTA_OBJREF_IMM_TYPE, UInt32(NFT_OBJECT_COUNTER)),
                        NetlinkAttribute(NFTA_OBJREF_IMM_NAME, counter),
                    ])
            ]
        case .go(let chain):
            [
                verdict([
                    NetlinkAttribute(NFTA_VERDICT_CODE, NFT_GOTO.rawValue), NetlinkAttribute(NFTA_VERDICT_CHAIN, chain),
                ])
            ]
        // NF_DROP
        case .drop: [verdict([NetlinkAttribute(NFTA_VERDICT_CODE, UInt32(0))])]
        case .rejectWithReset:
            [expression("reject", [NetlinkAttribute(NFTA_REJECT_TYPE, NFT_REJECT_TCP_RST.rawValue)])]
        case .reject:
            [
                expression(
                    "reject",
                    [
                        NetlinkAttribute(NFTA_REJECT_TYPE, NFT_REJECT_ICMP_UNREACH.rawValue),
                        NetlinkAttribute(NFTA_REJECT_ICMP_CODE, portUnreachable),
                    ])
            ]
        }
    }
}

extension [Ruleset.Field] {
    /// Loads each field into the next register of four bytes.
    fileprivate var loads: [NetlinkAttribute.Value] { Self.loads(self) }

    fileprivate static func loads(_ fields: [Ruleset.Field]) -> [NetlinkAttribute.Value] {
        fields.enumerated().map { $1.load(into: register($0)) }
    }
}

extension Ruleset.Field {
    fileprivate func load(into register: UInt32) -> NetlinkAttribute.Value {
        switch self {
        case .sourceAddress: payload(NFT_PAYLOAD_NETWORK_HEADER, 12, into: register)
        case .destinationAddress: payload(NFT_PAYLOAD_NETWORK_HEADER, 16, into: register)
        case .sourcePort: payload(NFT_PAYLOAD_TRANSPORT_HEADER, 0, into: register)
        case .destinationPort: payload(NFT_PAYLOAD_TRANSPORT_HEADER, 2, into: register)
        case .protocol:
            expression(
                "meta",
                [
                    NetlinkAttribute(NFTA_META_KEY, NFT_META_L4PROTO.rawValue),
                    NetlinkAttribute(NFTA_META_DREG, register),
                ])
        case .originalSourceAddress: tuple(.original, NFT_CT_SRC_IP, into: register)
        case .originalSourcePort: tuple(.original, NFT_CT_PROTO_SRC, into: register)
        case .replyDestinationAddress: tuple(.reply, NFT_CT_DST_IP, into: register)
        case .replyDestinationPort: tuple(.reply, NFT_CT_PROTO_DST, into: register)
        }
    }

    /// - Parameter offset: In bytes, from the start of the header.
    private func payload(_ base: nft_payload_bases, _ offset: UInt32, into register: UInt32) -> NetlinkAttribute.Value {
        expression(
            "payload",
            [
                NetlinkAttribute(NFTA_PAYLOAD_DREG, register), NetlinkAttribute(NFTA_PAYLOAD_BASE, base.rawValue),
                NetlinkAttribute(NFTA_PAYLOAD_OFFSET, offset),
                NetlinkAttribute(NFTA_PAYLOAD_LEN, UInt32(kind.length)),
            ])
    }

    /// A part of one of the two tuples by which the kernel identifies the connection.
    private func tuple(
        _ direction: Direction, _ key: nft_ct_keys, into register: UInt32
    ) -> NetlinkAttribute.Value {
        expression(
            "ct",
            [
                NetlinkAttribute(NFTA_CT_KEY, key.rawValue), NetlinkAttribute(NFTA_CT_DREG, register),
                NetlinkAttribute(NFTA_CT_DIRECTION, direction.rawValue),
            ])
    }
}

/// `enum ip_conntrack_dir`: the direction of the connection's first packet, and that of its answers.
private enum Direction: UInt8 {
    case original = 0
    case reply = 1
}

/// Loads a property of the packet's connection into the first register.
private func connection(_ key: nft_ct_keys) -> NetlinkAttribute.Value {
    expression(
        "ct", [NetlinkAttribute(NFTA_CT_KEY, key.rawValue), NetlinkAttribute(NFTA_CT_DREG, register(0))])
}

/// The kernel's number of a register of four bytes: each fourth one has the number of a register of 16 bytes.
private func register(_ index: Int) -> UInt32 {
    index % 4 == 0 ? NFT_REG_1.rawValue + UInt32(index / 4) : NFT_REG32_00.rawValue + UInt32(index)
}

private func expression(_ name: String, _ fields: [NetlinkAttribute]) -> NetlinkAttribute.Value {
    .fields([NetlinkAttribute(NFTA_EXPR_NAME, name), NetlinkAttribute(NFTA_EXPR_DATA, fields)])
}

private func data(_ bytes: [UInt8]) -> [NetlinkAttribute] { [NetlinkAttribute(NFTA_DATA_VALUE, .bytes(bytes))] }

/// Compares the first register.
private func isEqual(_ bytes: [UInt8]) -> NetlinkAttribute.Value {
    expression(
        "cmp",
        [
            NetlinkAttribute(NFTA_CMP_SREG, register(0)), NetlinkAttribute(NFTA_CMP_OP, NFT_CMP_EQ.rawValue),
            NetlinkAttribute(NFTA_CMP_DATA, data(bytes)),
        ])
}

private func verdict(_ fields: [NetlinkAttribute]) -> NetlinkAttribute.Value {
    expression(
        "immediate",
        [
            NetlinkAttribute(NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT.rawValue),
            NetlinkAttribute(NFTA_IMMEDIATE_DATA, [NetlinkAttribute(NFTA_DATA_VERDICT, fields)]),
        ])
}

/// ICMP_PORT_UNREACH.
private let portUnreachable: UInt8 = 3
