// The address and port with which a connection of this host left, by ctnetlink. It loads no module: see
// ConntrackReader.

public import AmtguardCore
import CLinux
import Glibc
public import SystemPackage

/// The address and the port with which a connection of this network namespace left.
///
/// - Parameters:
///   - from: The local address and port of its socket.
///   - to: The other end, by the socket.
/// - Returns: `from` if they were not changed; `nil` if the kernel does not track this connection. Then nothing was
///   translated.
/// - Throws: `notPermitted` without CAP_NET_ADMIN, if the kernel tracks any connection.
public func readTranslatedSource(
    of protocol: LocalSocket.TransportProtocol, from: LocalSocket.Endpoint, to: LocalSocket.Endpoint
) throws(Errno) -> LocalSocket.Endpoint? {
    guard try tracksConnections() else { return nil }
    if let source = try sourceInDefaultZone(of: `protocol`, from: from, to: to) { return source }
    return try sourcesInAllZones(of: `protocol`, from: [from], to: to)[from]
}

/// As `readTranslatedSource`, for a connection that no rule has put into a zone: a look-up by its hash.
///
/// - Throws: `notPermitted` without CAP_NET_ADMIN.
func sourceInDefaultZone(
    of protocol: LocalSocket.TransportProtocol, from: LocalSocket.Endpoint, to: LocalSocket.Endpoint
) throws(Errno) -> LocalSocket.Endpoint? {
    let tuple = ConntrackEntry.Tuple(protocol: `protocol`, source: from, destination: to)
    var socket = try NetlinkSocket(family: NETLINK_NETFILTER)
    do {
        let answer = try socket.ask(
            type: ConntrackRequest.messageType, payload: ConntrackRequest.connection(tuple))
        // The kernel finds a connection by either direction.
        guard let entry = try ConntrackEntry(answer), entry.original == tuple else { return nil }
        return entry.reply.destination
    } catch .noSuchFileOrDirectory {
        return nil
    }
}

/// As `sourceInDefaultZone`, for several connections to one end, in one scan of the kernel's table: a look-up by hash
/// searches only one zone, and there may be 65,535.
///
/// - Returns: The tracked ones. For one that is in several zones, the changed source.
/// - Throws: `notPermitted` without CAP_NET_ADMIN.
func sourcesInAllZones(
    of protocol: LocalSocket.TransportProtocol, from: Set<LocalSocket.Endpoint>, to: LocalSocket.Endpoint
) throws(Errno) -> [LocalSocket.Endpoint: LocalSocket.Endpoint] {
    var socket = try NetlinkSocket(family: NETLINK_NETFILTER)
    return try socket.dump(
        type: ConntrackRequest.messageType, payload: ConntrackRequest.connections(to: to, `protocol`),
        into: [LocalSocket.Endpoint: LocalSocket.Endpoint]()
    ) { (found, message) throws(Errno) in
        guard let entry = try ConntrackEntry(message), entry.original.protocol == `protocol`,
            entry.original.destination == to
        else { return }
        let source = entry.original.source
        guard from.contains(source), found[source] == nil || found[source] == source else { return }
        found[source] = entry.reply.destination
    }
}
