// Who on this host has the ports of AMT, by sock_diag: no /proc of others is read and no privilege needed.

public import AmtguardCore
import CLinux
import Glibc
public import SystemPackage

/// The sockets with a local port of `ports` in the caller's network namespace, by port.
///
/// The kernel leaves out the others: on a host with a hundred thousand connections the few that matter are copied.
/// - Parameters:
///   - includingBound: Also those that are bound, and neither listen nor are connected: nobody deafens these, and the
///     kernel walks through all others for them.
///   - own: The caller's own sockets. They are known before the look, so that none is taken for another program's.
///   - cgroups: Where the control groups are mounted, for the unit of each.
/// - Throws: `noSuchFileOrDirectory` where the kernel can't tell (no `inet_diag`, `udp_diag`): then it is not known.
public func readSockets(
    on ports: PortSet, includingBound: Bool = false, own: OwnSockets = .ofThisProcess,
    cgroups: FilePath = "/sys/fs/cgroup"
) throws(Errno) -> SocketReading {
    guard !ports.isEmpty else { return SocketReading([]) }
    var socket = try NetlinkSocket(family: NETLINK_SOCK_DIAG)
    var entries: [SocketEntry] = []
    var omitted = 0
    for request in SocketEntry.requests(on: ports, includingBound: includingBound) {
        let found = try socket.dump(type: request.type, payload: request.payload, into: FoundSockets()) {
            (found, message) throws(Errno) in
            guard let entry = try SocketEntry(message, request.transport), ports.contains(entry.socket.port) else {
                return
            }
            found.insert(entry)
        }
        entries += found.entries.values
        omitted += found.omitted
    }
    let units = ControlGroupTree(mount: cgroups).units(of: Set(entries.compactMap(\.controlGroup)))
    let sockets = entries.map { entry in
        var socket = entry.socket
        socket.unit = entry.controlGroup.flatMap { units[$0] }
        socket.isOwn = socket.inode.map(own.contains) ?? false
        return socket
    }
    return SocketReading(sockets.sorted(by: precedes), omitted: omitted)
}

/// An order that does not depend on the kernel's tables.
private func precedes(_ a: LocalSocket, _ b: LocalSocket) -> Bool {
    if a.port != b.port { return a.port < b.port }
    if a.protocol != b.protocol { return a.protocol.rawValue < b.protocol.rawValue }
    let (one, other) = ("\(a.address)", "\(b.address)")
    if one != other { return one < other }
    return (a.remote.map { "\($0)" } ?? "") < (b.remote.map { "\($0)" } ?? "")
}

/// What one list holds, as much of it as is kept.
private struct FoundSockets {
    /// Sockets that differ in nothing a person could tell are one: a server with SO_REUSEPORT has one a thread.
    private(set) var entries: [SocketEntry: SocketEntry] = [:]
    private(set) var omitted = 0
    private var listeners = 0

    /// Of each kind, so that clients do not crowd out the server. Anybody may open as many as he has descriptors.
    private static let most = 1_024

    mutating func insert(_ entry: SocketEntry) {
        let likeness = entry.likeness
        guard entries[likeness] == nil else { return }
        let isListener = entry.socket.isListener
        guard (isListener ? listeners : entries.count - listeners) < Self.most else {
            omitted += 1
            return
        }
        if isListener { listeners += 1 }
        entries[likeness] = entry
    }
}
