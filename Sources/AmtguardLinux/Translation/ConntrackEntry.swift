package import AmtguardCore
import CLinux
import Glibc
package import SystemPackage

/// The kernel's entry for one TCP or UDP connection, in the form of ctnetlink.
package struct ConntrackEntry: Hashable {
    /// The addresses and ports of the packets of one direction.
    package struct Tuple: Hashable {
        package var `protocol`: LocalSocket.TransportProtocol
        package var source: LocalSocket.Endpoint
        package var destination: LocalSocket.Endpoint
    }

    /// The sender's packets, before any translation.
    package var original: Tuple
    /// The answers, before they are translated back: their destination is the source that the network saw.
    package var reply: Tuple
    package var status: Status

    /// Bits of `enum ip_conntrack_status`.
    package struct Status: OptionSet, Hashable {
        package let rawValue: UInt32
        package init(rawValue: UInt32) { self.rawValue = rawValue }

        package static let answered = Status(rawValue: IPS_SEEN_REPLY.rawValue)
        package static let sourceTranslated = Status(rawValue: IPS_SRC_NAT.rawValue)
    }

    static let messageType = UInt16(NFNL_SUBSYS_CTNETLINK) << 8 | UInt16(IPCTNL_MSG_CT_NEW.rawValue)
    /// `struct nfgenmsg`: family u8, version u8, resource u16.
    static let headerLength = 4

    /// The connection in a message; `nil` for another message, and for a protocol without ports.
    ///
    /// - Throws: `badMessage` if a part is missing, or a length does not fit.
    package init?(_ message: NetlinkMessage) throws(Errno) {
        guard message.type == Self.messageType else { return nil }
        guard message.payload.count >= Self.headerLength else { throw .badMessage }
        var (original, reply): (Tuple?, Tuple?)
        var status: Status?
        var hasPorts = true
        try message.payload.dropFirst(Self.headerLength).forEachAttribute { (type, value) throws(Errno) in
            switch type {
            case Attribute.original:
                original = try Tuple(value)
                if original == nil { hasPorts = false }
            case Attribute.reply:
                reply = try Tuple(value)
                if reply == nil { hasPorts = false }
            case Attribute.status: status = Status(rawValue: try value.network(UInt32.self))
            default: break
            }
        }
        guard hasPorts else { return nil }
        guard let original, let reply, let status, original.protocol == reply.protocol else { throw .badMessage }
        self.original = original
        self.reply = reply
        self.status = status
    }

    /// The connection as a value of the core.
    package var flow: TranslatedFlow {
        TranslatedFlow(
            original.protocol, from: original.source, to: original.destination, as: reply.destination,
            isAnswered: status.contains(.answered))
    }
}

extension ConntrackEntry {
    /// Types of linux/netfilter/nfnetlink_conntrack.h.
    enum Attribute {
        static let original = CInt(CTA_TUPLE_ORIG.rawValue)
        static let reply = CInt(CTA_TUPLE_REPLY.rawValue)
        static let status = CInt(CTA_STATUS.rawValue)
        static let filter = CInt(CTA_FILTER.rawValue)
        /// Since Linux 5.15; older headers lack it.
        static let statusMask: CInt = 26
    }
}

extension ConntrackEntry.Tuple {
    /// The content of CTA_TUPLE_ORIG or CTA_TUPLE_REPLY; `nil` for a protocol without ports.
    init?(_ attributes: ArraySlice<UInt8>) throws(Errno) {
        var addresses: (source: IPAddress?, destination: IPAddress?)
        var ports: (source: UInt16?, destination: UInt16?)
        var number: UInt8?
        try attributes.forEachAttribute { (type, value) throws(Errno) in
            switch type {
            case CInt(CTA_TUPLE_IP.rawValue):
                try value.forEachAttribute { (type, value) throws(Errno) in
                    switch type {
                    case CInt(CTA_IP_V4_SRC.rawValue), CInt(CTA_IP_V6_SRC.rawValue):
                        addresses.source = try value.address
                    case CInt(CTA_IP_V4_DST.rawValue), CInt(CTA_IP_V6_DST.rawValue):
                        addresses.destination = try value.address
                    default: break
                    }
                }
            case CInt(CTA_TUPLE_PROTO.rawValue):
                try value.forEachAttribute { (type, value) throws(Errno) in
                    switch type {
                    case CInt(CTA_PROTO_NUM.rawValue): number = value.first
                    case CInt(CTA_PROTO_SRC_PORT.rawValue): ports.source = try value.network(UInt16.self)
                    case CInt(CTA_PROTO_DST_PORT.rawValue): ports.destination = try value.network(UInt16.self)
                    default: break
                    }
                }
            default: break
            }
        }
        guard let number else { throw .badMessage }
        guard let transport = LocalSocket.TransportProtocol(number: number) else { return nil }
        guard let source = addresses.source, let destination = addresses.destination, let sourcePort = ports.source,
            let destinationPort = ports.destination
        else { throw .badMessage }
        self.protocol = transport
        self.source = LocalSocket.Endpoint(source, port: sourcePort)
        self.destination = LocalSocket.Endpoint(destination, port: destinationPort)
    }
}

extension LocalSocket.TransportProtocol {
    /// The protocol by its number in the IP header; `nil` for any other number.
    init?(number: UInt8) {
        switch CInt(number) {
        case CInt(IPPROTO_TCP): self = .tcp
        case CInt(IPPROTO_UDP): self = .udp
        default: return nil
        }
    }

    var number: UInt8 { UInt8(self == .tcp ? IPPROTO_TCP : IPPROTO_UDP) }
}

extension ArraySlice<UInt8> {
    /// The number at the beginning, in network order.
    fileprivate func network<Number: FixedWidthInteger & BitwiseCopyable>(_: Number.Type) throws(Errno) -> Number {
        guard let number = native(Number.self, at: 0) else { throw .badMessage }
        return Number(bigEndian: number)
    }

    fileprivate var address: IPAddress {
        get throws(Errno) {
            if count == 4, let address = IPv4Address(octets: self) { return .v4(address) }
            if count == 16, let address = IPv6Address(octets: self) { return .v6(address) }
            throw .badMessage
        }
    }
}
