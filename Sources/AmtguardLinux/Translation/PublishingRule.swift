// Which ports a rule forwards.

package import AmtguardCore
import CLinux
import Glibc
package import SystemPackage

/// A rule that ends in `dnat` or `redirect`, and its destination ports.
///
/// It understands nft's comparisons of the port and of the protocol, and the matches `tcp`, `udp` and `multiport` of
/// iptables-nft. Any other condition counts as fulfilled: it only limits whose packets are forwarded.
package struct PublishingRule {
    package private(set) var protocols: Set<LocalSocket.TransportProtocol> = [.tcp, .udp]
    /// The ports that all comparisons admit.
    package private(set) var ports = PortSet(0...UInt16.max)
    /// The names of sets in which the port is looked up.
    package private(set) var sets: [[UInt8]] = []
    private var comparesPort = false
    private var registers: [UInt32: Register] = [:]

    private enum Register { case port, transport }

    /// - Returns: `nil` for a rule that forwards nothing, or that does not compare the port.
    /// - Throws: `badMessage` if a length does not fit.
    package init?(expressions: ArraySlice<UInt8>) throws(Errno) {
        // Most rules do not forward.
        guard try Self.leadsElsewhere(expressions) else { return nil }
        try expressions.forEachAttribute { (_, value) throws(Errno) in
            let fields = try value.fields()
            guard let name = fields[NFTA_EXPR_NAME]?.untilNUL else { throw .badMessage }
            try take(String(decoding: name, as: UTF8.self), fields[NFTA_EXPR_DATA]?.fields() ?? NetlinkFields())
        }
        guard comparesPort else { return nil }
    }

    /// Whether the last of the expressions translates the destination.
    private static func leadsElsewhere(_ expressions: ArraySlice<UInt8>) throws(Errno) -> Bool {
        var last: ArraySlice<UInt8> = []
        try expressions.forEachAttribute { (_, value) throws(Errno) in last = value }
        let fields = try last.fields()
        let data = try fields[NFTA_EXPR_DATA]?.fields() ?? NetlinkFields()
        switch fields[NFTA_EXPR_NAME].map({ String(decoding: $0.untilNUL, as: UTF8.self) }) {
        case "redir": return true
        case "nat": return data[NFTA_NAT_TYPE]?.number(UInt32.self) == NFT_NAT_DNAT.rawValue
        case "target":
            let name = data[NFTA_TARGET_NAME].map { String(decoding: $0.untilNUL, as: UTF8.self) }
            return name == "DNAT" || name == "REDIRECT"
        default: return false
        }
    }

    private mutating func take(_ expression: String, _ data: NetlinkFields) throws(Errno) {
        switch expression {
        case "payload": load(data)
        case "meta":
            guard let register = data[NFTA_META_DREG]?.number(UInt32.self) else { break }
            let isTransport = data[NFTA_META_KEY]?.number(UInt32.self) == NFT_META_L4PROTO.rawValue
            registers[register] = isTransport ? .transport : nil
        case "cmp": try compare(data)
        case "range":
            guard register(data[NFTA_RANGE_SREG]) == .port,
                let low = try data[NFTA_RANGE_FROM_DATA]?.fields()[NFTA_DATA_VALUE]?.number(UInt16.self),
                let high = try data[NFTA_RANGE_TO_DATA]?.fields()[NFTA_DATA_VALUE]?.number(UInt16.self), low <= high
            else { break }
            admit(PortSet(low...high), inverted: data[NFTA_RANGE_OP]?.number(UInt32.self) != NFT_RANGE_EQ.rawValue)
        case "lookup":
            guard register(data[NFTA_LOOKUP_SREG]) == .port, let set = data[NFTA_LOOKUP_SET]?.untilNUL,
                data[NFTA_LOOKUP_FLAGS]?.number(UInt32.self) ?? 0 == 0
            else { break }
            comparesPort = true
            sets.append(Array(set))
            // A map replaces the port by the value that belongs to it.
            if let target = data[NFTA_LOOKUP_DREG]?.number(UInt32.self) { registers[target] = nil }
        case "match": match(data)
        case "counter", "log", "limit", "objref", "quota", "connlimit": break
        // Any other expression may change registers.
        default: registers = [:]
        }
    }

    private func register(_ number: ArraySlice<UInt8>?) -> Register? {
        number?.number(UInt32.self).flatMap { registers[$0] }
    }

    private mutating func load(_ data: NetlinkFields) {
        guard let register = data[NFTA_PAYLOAD_DREG]?.number(UInt32.self) else { return }
        let place = [NFTA_PAYLOAD_BASE, NFTA_PAYLOAD_OFFSET, NFTA_PAYLOAD_LEN].map { data[$0]?.number(UInt32.self) }
        switch place {
        case [NFT_PAYLOAD_TRANSPORT_HEADER.rawValue, 2, 2]: registers[register] = .port
        // The protocol in a header of IPv4.
        case [NFT_PAYLOAD_NETWORK_HEADER.rawValue, 9, 1]: registers[register] = .transport
        default: registers[register] = nil
        }
    }

    private mutating func compare(_ data: NetlinkFields) throws(Errno) {
        guard let value = try data[NFTA_CMP_DATA]?.fields()[NFTA_DATA_VALUE],
            let operation = data[NFTA_CMP_OP]?.number(UInt32.self)
        else { return }
        switch register(data[NFTA_CMP_SREG]) {
        case .port:
            guard let port = value.number(UInt16.self) else { return }
            switch nft_cmp_ops(operation) {
            case NFT_CMP_EQ: admit(PortSet(port...port))
            case NFT_CMP_NEQ: admit(PortSet(port...port), inverted: true)
            case NFT_CMP_LTE: admit(PortSet(0...port))
            case NFT_CMP_GT: admit(PortSet(0...port), inverted: true)
            case NFT_CMP_GTE: admit(PortSet(port...UInt16.max))
            case NFT_CMP_LT: admit(PortSet(port...UInt16.max), inverted: true)
            default: break
            }
        case .transport:
            guard operation == NFT_CMP_EQ.rawValue else { return }
            protocols.formIntersection(value.number(UInt8.self).map(Self.protocols(numbered:)) ?? [])
        case nil: break
        }
    }

    /// A match of iptables. Its structure, including the ports, is in the machine's order.
    private mutating func match(_ data: NetlinkFields) {
        guard let name = data[NFTA_MATCH_NAME]?.untilNUL, let info = data[NFTA_MATCH_INFO] else { return }
        switch String(decoding: name, as: UTF8.self) {
        // struct xt_tcp: spts u16[2], dpts u16[2], option u8, flg_mask u8, flg_cmp u8, invflags u8
        case "tcp":
            protocols.formIntersection([.tcp])
            admitRange(of: info, inversionAt: 11)
        // struct xt_udp: spts u16[2], dpts u16[2], invflags u8
        case "udp":
            protocols.formIntersection([.udp])
            admitRange(of: info, inversionAt: 8)
        // struct xt_multiport_v1: flags u8, count u8, ports u16[15], pflags u8[15], invert u8
        case "multiport":
            guard data[NFTA_MATCH_REV]?.number(UInt32.self) == 1, info.count >= 48,
                let flags = info.native(UInt8.self, at: 0), flags != 0, let count = info.native(UInt8.self, at: 1),
                count <= 15, let inversion = info.native(UInt8.self, at: 47)
            else { return }
            admit(Self.multiport(info, count: Int(count)), inverted: inversion != 0)
        default: break
        }
    }

    /// A bit of `invflags` inverts the destination ports in both structures (XT_TCP_INV_DSTPT, XT_UDP_INV_DSTPT).
    private mutating func admitRange(of info: ArraySlice<UInt8>, inversionAt offset: Int) {
        guard let low = info.native(UInt16.self, at: 4), let high = info.native(UInt16.self, at: 6), low <= high,
            let inversion = info.native(UInt8.self, at: offset), low != 0 || high != UInt16.max
        else { return }
        admit(PortSet(low...high), inverted: inversion & 2 != 0)
    }

    /// The ports of the match; a port with a mark begins a range that the next port ends.
    private static func multiport(_ info: ArraySlice<UInt8>, count: Int) -> PortSet {
        var ranges: [ClosedRange<UInt16>] = []
        var low: UInt16?
        for index in 0..<count {
            guard let port = info.native(UInt16.self, at: 2 + 2 * index),
                let isLow = info.native(UInt8.self, at: 32 + index)
            else { break }
            if let low, low <= port { ranges.append(low...port) } else if isLow == 0 { ranges.append(port...port) }
            low = isLow == 0 ? nil : port
        }
        return PortSet(merging: ranges)
    }

    private mutating func admit(_ admitted: PortSet, inverted: Bool = false) {
        comparesPort = true
        ports = inverted ? ports.subtracting(admitted) : ports.intersection(admitted)
    }

    private static func protocols(numbered number: UInt8) -> Set<LocalSocket.TransportProtocol> {
        switch CInt(number) {
        case CInt(IPPROTO_TCP): [.tcp]
        case CInt(IPPROTO_UDP): [.udp]
        default: []
        }
    }
}
