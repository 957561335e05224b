// Which translated connections have AMT's ports, by ctnetlink.
//
// It needs CAP_NET_ADMIN. It never loads conntrack: without it no connection is translated, and loading it would turn
// on tracking for all traffic. If conntrack is loaded and its netlink interface is not, the kernel loads that
// interface, which changes nothing for packets.

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
///   - udp: The destination ports of the answers, for UDP.
/// - Throws: `noSuchFileOrDirectory` if the kernel tracks no connections, `notPermitted` without CAP_NET_ADMIN.
public func readTranslatedFlows(
    on addresses: Set<IPv4Address>, tcp: PortSet, udp: PortSet
) throws(Errno) -> FlowReading {
    guard try conntrackCount() > 0 else { return FlowReading([]) }
    var search = ConntrackSearch(addresses, tcp: tcp, udp: udp)
    try search.run()
    return search.reading
}
