// The requests to ctnetlink. A filter only saves work and guarantees nothing: Linux implements filters by tuple since
// 5.8 and by status since 5.15, and ignores filters that it does not implement. So every answer is checked again.

import AmtguardCore
import CLinux
import Glibc

enum ConntrackRequest {
    static let messageType = UInt16(NFNL_SUBSYS_CTNETLINK) << 8 | UInt16(IPCTNL_MSG_CT_GET.rawValue)

    /// Flags of CTA_FILTER, from the kernel's net/netfilter/nf_internals.h.
    private struct Flags: OptionSet {
        let rawValue: UInt32

        static let destination = Flags(rawValue: 1 << 1)
        static let `protocol` = Flags(rawValue: 1 << 3)
        static let destinationPort = Flags(rawValue: 1 << 5)
    }

    /// A list of the IPv4 connections whose source was translated and that were never answered.
    ///
    /// - Parameters:
    ///   - address: The destination of the answers.
    ///   - port: The destination port of the answers; only with a protocol.
    static func unansweredTranslated(
        address: IPv4Address?, _ protocol: LocalSocket.TransportProtocol?, port: UInt16?
    ) -> [UInt8] {
        var flags: Flags = []
        var tuple: [UInt8] = []
        if let address {
            flags.insert(.destination)
            tuple.append(nest: CTA_TUPLE_IP.rawValue) { $0.append(CTA_IP_V4_DST.rawValue, address.octets) }
        }
        if let `protocol` {
            flags.insert(.protocol)
            tuple.append(nest: CTA_TUPLE_PROTO.rawValue) { bytes in
                bytes.append(CTA_PROTO_NUM.rawValue, [`protocol`.number])
                guard let port else { return }
                flags.insert(.destinationPort)
                bytes.append(CTA_PROTO_DST_PORT.rawValue, port.network)
            }
        }
        var payload = header(AF_INET)
        if !flags.isEmpty {
            payload.append(CTA_TUPLE_REPLY.rawValue | nested, tuple)
            payload.append(filter: CTA_FILTER_REPLY_FLAGS.rawValue, flags.rawValue)
        }
        let wanted = ConntrackEntry.Status.sourceTranslated
        payload.append(CTA_STATUS.rawValue, wanted.rawValue.network)
        payload.append(
            UInt32(ConntrackEntry.Attribute.statusMask), wanted.union(.answered).rawValue.network)
        return payload
    }

    /// One connection of the default zone, by its packets before translation.
    static func connection(_ tuple: ConntrackEntry.Tuple) -> [UInt8] {
        var payload = header(tuple.source.address.ipv4 == nil ? AF_INET6 : AF_INET)
        payload.append(nest: CTA_TUPLE_ORIG.rawValue) { bytes in
            bytes.append(nest: CTA_TUPLE_IP.rawValue) { bytes in
                switch (tuple.source.address, tuple.destination.address) {
                case (.v4(let source), .v4(let destination)):
                    bytes.append(CTA_IP_V4_SRC.rawValue, source.octets)
                    bytes.append(CTA_IP_V4_DST.rawValue, destination.octets)
                case (let source, let destination):
                    bytes.append(CTA_IP_V6_SRC.rawValue, source.octetsOfIPv6)
                    bytes.append(CTA_IP_V6_DST.rawValue, destination.octetsOfIPv6)
                }
            }
            bytes.append(nest: CTA_TUPLE_PROTO.rawValue) { bytes in
                bytes.append(CTA_PROTO_NUM.rawValue, [tuple.protocol.number])
                bytes.append(CTA_PROTO_SRC_PORT.rawValue, tuple.source.port.network)
                bytes.append(CTA_PROTO_DST_PORT.rawValue, tuple.destination.port.network)
            }
        }
        return payload
    }

    /// A list of the connections of all zones to `remote`.
    ///
    /// An IPv6 address is left out of the filter, because the kernel's comparison is inverted.
    static func connections(to remote: LocalSocket.Endpoint, _ protocol: LocalSocket.TransportProtocol) -> [UInt8] {
        var flags: Flags = [.protocol, .destinationPort]
        var payload = header(remote.address.ipv4 == nil ? AF_INET6 : AF_INET)
        payload.append(nest: CTA_TUPLE_ORIG.rawValue) { bytes in
            if let address = remote.address.ipv4 {
                flags.insert(.destination)
                bytes.append(nest: CTA_TUPLE_IP.rawValue) { $0.append(CTA_IP_V4_DST.rawValue, address.octets) }
            }
            bytes.append(nest: CTA_TUPLE_PROTO.rawValue) { bytes in
                bytes.append(CTA_PROTO_NUM.rawValue, [`protocol`.number])
                bytes.append(CTA_PROTO_DST_PORT.rawValue, remote.port.network)
            }
        }
        payload.append(filter: CTA_FILTER_ORIG_FLAGS.rawValue, flags.rawValue)
        return payload
    }

    /// `struct nfgenmsg`: family u8, version u8, resource u16.
    private static func header(_ family: CInt) -> [UInt8] { [UInt8(family), UInt8(NFNETLINK_V0), 0, 0] }
}

private let nested = UInt32(1) << 15

extension [UInt8] {
    fileprivate mutating func append(_ type: UInt32, _ value: [UInt8]) {
        append(attribute: CInt(type), value)
    }

    fileprivate mutating func append(nest type: UInt32, _ content: (inout [UInt8]) -> Void) {
        var bytes: [UInt8] = []
        content(&bytes)
        append(type | nested, bytes)
    }

    /// The flags are in the machine's order.
    fileprivate mutating func append(filter type: UInt32, _ flags: UInt32) {
        append(nest: CTA_FILTER.rawValue) { bytes in
            var value: [UInt8] = []
            value.append(native: flags)
            bytes.append(type, value)
        }
    }
}

extension FixedWidthInteger where Self: BitwiseCopyable {
    /// Its bytes in network order.
    fileprivate var network: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(native: bigEndian)
        return bytes
    }
}

extension IPAddress {
    fileprivate var octetsOfIPv6: [UInt8] {
        switch self {
        case .v4(let address): [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF] + address.octets
        case .v6(let address): address.groups.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
        }
    }
}
