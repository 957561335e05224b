// Who on this host waits on the ports of AMT, by sock_diag: no /proc is read and no privilege needed.

public import AmtguardCore
import CLinux
import Glibc
public import SystemPackage

/// Each listener on one of these ports would be one too many; a server with SO_REUSEPORT has one a thread.
private let mostListeners = 4_096

/// TCP sockets that listen and UDP sockets that are not connected, on `ports`, in the caller's network namespace; by
/// port, each kind once.
///
/// - Parameter cgroups: Where the control groups are mounted, for the unit of each.
/// - Throws: `noSuchFileOrDirectory` where the kernel can't tell (no `inet_diag`, `udp_diag`): then it is not known
///   who listens. `fileTooLarge` for more than a host has.
public func readListeners(
    on ports: PortSet, cgroups: FilePath = "/sys/fs/cgroup"
) throws(Errno) -> [LocalListener] {
    guard !ports.isEmpty else { return [] }
    var socket = try NetlinkSocket(family: NETLINK_SOCK_DIAG)
    var found: Set<SocketEntry> = []
    for transport in [LocalListener.TransportProtocol.tcp, .udp] {
        for family in [AF_INET, AF_INET6] {
            found = try socket.dump(
                type: UInt16(SOCK_DIAG_BY_FAMILY),
                payload: SocketEntry.request(transport, family: family, on: ports), into: found
            ) { (found, message) throws(Errno) in
                guard let entry = try SocketEntry(message, transport), ports.contains(entry.listener.port) else {
                    return
                }
                found.insert(entry)
                guard found.count <= mostListeners else { throw .fileTooLarge }
            }
        }
    }
    let units = ControlGroupTree(mount: cgroups).units(of: Set(found.compactMap(\.controlGroup)))
    let listeners = Set(
        found.map { entry in
            var listener = entry.listener
            listener.unit = entry.controlGroup.flatMap { units[$0] }
            return listener
        })
    return listeners.sorted {
        ($0.port, $0.protocol.rawValue, "\($0.address)") < ($1.port, $1.protocol.rawValue, "\($1.address)")
    }
}

/// What the kernel says of one socket.
package struct SocketEntry: Hashable {
    package var listener: LocalListener
    /// The id of its control group of version 2; `nil` before Linux 5.9.
    var controlGroup: UInt64?

    /// TCP_LISTEN of `enum` in net/tcp_states.h, and TCP_CLOSE, which for UDP says that it is not connected.
    private static func state(_ transport: LocalListener.TransportProtocol) -> UInt8 {
        switch transport {
        case .tcp: 10
        case .udp: 7
        }
    }

    static func request(
        _ transport: LocalListener.TransportProtocol, family: CInt, on ports: PortSet
    ) -> [UInt8] {
        // struct inet_diag_req_v2: family u8, protocol u8, ext u8, pad u8, states u32, id 48 bytes
        let number =
            switch transport {
            case .tcp: IPPROTO_TCP
            case .udp: IPPROTO_UDP
            }
        var bytes: [UInt8] = [UInt8(family), UInt8(number), 0, 0]
        bytes.append(native: UInt32(1) << UInt32(state(transport)))
        bytes.append(contentsOf: repeatElement(0, count: MemoryLayout<inet_diag_sockid>.size))
        bytes.append(attribute: CInt(INET_DIAG_REQ_BYTECODE), PortFilter.program(ports))
        return bytes
    }

    /// A socket that waits for others; `nil` for another message and for a socket in another state.
    ///
    /// - Throws: `badMessage` for one that is too short, or whose lengths do not fit.
    package init?(_ message: NetlinkMessage, _ transport: LocalListener.TransportProtocol) throws(Errno) {
        guard CInt(message.type) == SOCK_DIAG_BY_FAMILY else { return nil }
        // struct inet_diag_msg: @0 family u8, state u8, timer u8, retrans u8; id: @4 source port, @6 destination port,
        // both in the order of the network, @8 source, @24 destination, @40 interface u32, @44 cookie;
        // @52 expires, @56 rqueue, @60 wqueue, @64 uid, @68 inode.
        let payload = Array(message.payload)
        guard payload.count >= 72, let interface = payload[...].native(UInt32.self, at: 40),
            let uid = payload[...].native(UInt32.self, at: 64)
        else { throw .badMessage }
        guard payload[1] == Self.state(transport) else { return nil }
        let address: IPAddress
        switch CInt(payload[0]) {
        case AF_INET:
            guard let v4 = IPv4Address(octets: payload[8..<12]) else { throw .badMessage }
            address = .v4(v4)
        case AF_INET6:
            guard let v6 = IPv6Address(octets: payload[8..<24]) else { throw .badMessage }
            address = .v6(v6)
        default: throw .badMessage
        }
        var controlGroup: UInt64?
        var isV6Only = false
        try payload[72...].forEachAttribute { (type, value) throws(Errno) in
            switch type {
            case CInt(INET_DIAG_CGROUP_ID): controlGroup = value.native(UInt64.self, at: 0)
            case CInt(INET_DIAG_SKV6ONLY): isV6Only = value.first.map { $0 != 0 } ?? false
            default: break
            }
        }
        let takesIPv4 =
            switch address {
            case .v4: true
            case .v6(let address): !isV6Only && (address.isUnspecified || address.mapped != nil)
            }
        self.controlGroup = controlGroup
        listener = LocalListener(
            transport, address, port: UInt16(payload[4]) << 8 | UInt16(payload[5]), takesIPv4: takesIPv4,
            interface: interface == 0 ? nil : Int(interface), uid: uid)
    }
}
