// Which translated connections have AMT's ports, and which port a connection of ours left with, by ctnetlink.
//
// It needs CAP_NET_ADMIN. It never loads conntrack: without it there is nothing to ask for, and loading it would
// switch the tracking on for all traffic. Where conntrack is there and its netlink interface is not, the kernel loads
// that interface, which changes nothing for packets.

public import AmtguardCore
import CLinux
import Glibc
public import SystemPackage

/// The translated IPv4 connections of the caller's network namespace, in all zones, whose answers go to one of the
/// addresses and one of the ports, and that were never answered.
///
/// - Parameters:
///   - addresses: The destinations of the answers. The kernel can filter by a single one.
///   - tcp: The destination ports of the answers, for TCP.
///   - udp: The same, for UDP.
/// - Throws: `noSuchFileOrDirectory` if the kernel tracks no connections, `notPermitted` without CAP_NET_ADMIN.
public func readTranslatedFlows(
    on addresses: Set<IPv4Address>, tcp: PortSet, udp: PortSet
) throws(Errno) -> FlowReading {
    guard try conntrackCount() > 0 else { return FlowReading([]) }
    var search = ConntrackSearch(addresses, tcp: tcp, udp: udp)
    try search.run()
    return search.reading
}

/// The address and the port with which a connection of this network namespace left.
///
/// - Parameters:
///   - from: The local address and port of its socket.
///   - to: The other end, as the socket names it.
/// - Returns: `from` if they were not changed; `nil` if the kernel does not track this connection. Then nothing was
///   translated.
/// - Throws: `notPermitted` without CAP_NET_ADMIN, if the kernel tracks any connection.
public func readTranslatedSource(
    of protocol: LocalSocket.TransportProtocol, from: LocalSocket.Endpoint, to: LocalSocket.Endpoint
) throws(Errno) -> LocalSocket.Endpoint? {
    do {
        guard try conntrackCount() > 0 else { return nil }
    } catch .noSuchFileOrDirectory {
        return nil
    }
    let tuple = ConntrackEntry.Tuple(protocol: `protocol`, source: from, destination: to)
    var socket = try NetlinkSocket(family: NETLINK_NETFILTER)
    do {
        let answer = try socket.ask(
            type: ConntrackRequest.messageType, payload: ConntrackRequest.connection(tuple))
        // The kernel finds a connection by either direction.
        if let entry = try ConntrackEntry(answer), entry.original == tuple { return entry.reply.destination }
    } catch .noSuchFileOrDirectory {}
    // A rule may have put it into another zone, and the kernel searches in one at a time.
    let request = ConntrackRequest.connections(withPortsOf: tuple)
    return try socket.dump(
        type: ConntrackRequest.messageType, payload: request, into: LocalSocket.Endpoint?.none
    ) { (found, message) throws(Errno) in
        guard let entry = try ConntrackEntry(message), entry.original == tuple, found == nil || found == from else {
            return
        }
        found = entry.reply.destination
    }
}
