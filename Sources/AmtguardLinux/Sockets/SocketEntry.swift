package import AmtguardCore
import CLinux
import Glibc
package import SystemPackage

/// The kernel's entry for one socket.
package struct SocketEntry: Hashable {
    package var socket: LocalSocket
    /// The id of its control group of version 2; `nil` before Linux 5.9.
    var controlGroup: UInt64?

    /// A request for one of the kernel's lists: the type of the request and the rest of it.
    struct Request {
        var transport: LocalSocket.TransportProtocol
        var type: UInt16
        var payload: [UInt8]
    }

    /// The requests for all sockets on `ports`.
    ///
    /// TCP is requested in the old form, `TCPDIAG_GETSOCK`: it answers for both families at once, while the newer form
    /// searches the table of all connections twice. For UDP there is no such form, and its table is short.
    static func requests(on ports: PortSet, includingBound: Bool) -> [Request] {
        let filter = PortFilter.program(ports)
        // Bits of net/tcp_states.h. TIME_WAIT, SYN_RECV and NEW_SYN_RECV belong to no program, and there may be
        // thousands. Sockets that are only bound (CLOSE, BOUND_INACTIVE) are in another table, whose search takes
        // longest.
        let orphans = UInt32(1) << 6 | 1 << 3 | 1 << 12
        let bound = UInt32(1) << 7 | 1 << 13
        // struct inet_diag_req: family u8, lengths of two addresses u8, ext u8, id 48 bytes, states u32, dbs u32
        var tcp: [UInt8] = [0, 0, 0, 0]
        tcp.append(contentsOf: repeatElement(0, count: MemoryLayout<inet_diag_sockid>.size))
        tcp.append(native: ~(includingBound ? orphans : orphans | bound))
        tcp.append(native: UInt32(0))
        tcp.append(attribute: CInt(INET_DIAG_REQ_BYTECODE), filter)
        let udp = [AF_INET, AF_INET6].map { family in
            // struct inet_diag_req_v2: family u8, protocol u8, ext u8, pad u8, states u32, id 48 bytes
            var udp: [UInt8] = [UInt8(family), UInt8(IPPROTO_UDP), 0, 0]
            udp.append(native: ~UInt32(0))
            udp.append(contentsOf: repeatElement(0, count: MemoryLayout<inet_diag_sockid>.size))
            udp.append(attribute: CInt(INET_DIAG_REQ_BYTECODE), filter)
            return Request(transport: .udp, type: UInt16(SOCK_DIAG_BY_FAMILY), payload: udp)
        }
        return [Request(transport: .tcp, type: UInt16(TCPDIAG_GETSOCK), payload: tcp)] + udp
    }

    /// A socket; `nil` for another message and for a state that belongs to no program.
    ///
    /// - Throws: `badMessage` if it is too short, or its lengths do not fit.
    package init?(_ message: NetlinkMessage, _ transport: LocalSocket.TransportProtocol) throws(Errno) {
        guard [CInt(SOCK_DIAG_BY_FAMILY), CInt(TCPDIAG_GETSOCK)].contains(CInt(message.type)) else { return nil }
        // struct inet_diag_msg: @0 family u8, state u8, timer u8, retrans u8; id: @4 source port, @6 destination port,
        // both in the order of the network, @8 source, @24 destination, @40 interface u32, @44 cookie;
        // @52 expires, @56 rqueue, @60 wqueue, @64 uid, @68 inode.
        let payload = Array(message.payload)
        guard payload.count >= 72, let interface = payload[...].native(UInt32.self, at: 40),
            let uid = payload[...].native(UInt32.self, at: 64), let inode = payload[...].native(UInt32.self, at: 68)
        else { throw .badMessage }
        let family = CInt(payload[0])
        let address = try Self.address(payload, family, at: 8)
        let remote = LocalSocket.Endpoint(
            try Self.address(payload, family, at: 24), port: UInt16(payload[6]) << 8 | UInt16(payload[7]))
        var isV6Only = false
        var isProbe = false
        var controlGroup: UInt64?
        try payload[72...].forEachAttribute { (type, value) throws(Errno) in
            switch type {
            case CInt(INET_DIAG_CGROUP_ID): controlGroup = value.native(UInt64.self, at: 0)
            case CInt(INET_DIAG_SKV6ONLY): isV6Only = value.first.map { $0 != 0 } ?? false
            case CInt(INET_DIAG_SOCKOPT): isProbe = transport == .tcp && ProbeMark.isBorne(value)
            default: break
            }
        }
        self.controlGroup = controlGroup
        guard let state = LocalSocket.State(kernel: payload[1], transport) else { return nil }
        let takesIPv4 =
            switch address {
            case .v4: true
            case .v6(let address): !isV6Only && (address.isUnspecified || address.mapped != nil)
            }
        // The count has this meaning only if the timer is for retransmissions or for probes of a closed window.
        let isUnheard = payload[2] == 1 || payload[2] == 4
        socket = LocalSocket(
            transport, address, port: UInt16(payload[4]) << 8 | UInt16(payload[5]), state,
            to: remote.port == 0 ? nil : remote, takesIPv4: takesIPv4, interface: interface == 0 ? nil : Int(interface),
            uid: uid, inode: inode == 0 ? nil : inode, retransmissions: isUnheard ? payload[3] : 0,
            isProbe: isProbe)
    }

    private static func address(_ payload: [UInt8], _ family: CInt, at offset: Int) throws(Errno) -> IPAddress {
        switch family {
        case AF_INET:
            guard let v4 = IPv4Address(octets: payload[offset..<(offset + 4)]) else { throw .badMessage }
            return .v4(v4)
        case AF_INET6:
            guard let v6 = IPv6Address(octets: payload[offset..<(offset + 16)]) else { throw .badMessage }
            return .v6(v6)
        default: throw .badMessage
        }
    }

    /// Equal for all sockets of one server.
    var likeness: SocketEntry {
        var entry = self
        entry.socket.inode = socket.inode == nil ? nil : 0
        entry.socket.retransmissions = 0
        return entry
    }
}

extension LocalSocket.State {
    /// The `enum` in net/tcp_states.h; UDP uses its ESTABLISHED and CLOSE.
    init?(kernel state: UInt8, _ transport: LocalSocket.TransportProtocol) {
        switch (transport, state) {
        case (_, 1): self = .established
        case (.udp, 7): self = .unconnected
        case (.udp, _): return nil
        case (.tcp, 2): self = .synSent
        case (.tcp, 4): self = .finWait1
        case (.tcp, 5): self = .finWait2
        // The kernel reports TCP_BOUND_INACTIVE as CLOSE.
        case (.tcp, 7), (.tcp, 13): self = .bound
        case (.tcp, 8): self = .closeWait
        case (.tcp, 9): self = .lastAck
        case (.tcp, 10): self = .listening
        case (.tcp, 11): self = .closing
        default: return nil
        }
    }
}
