// Which sockets of this host have AMT's ports, by sock_diag: it reads no /proc of other processes and needs no
// privilege.

public import AmtguardCore
import CLinux
import Glibc
public import SystemPackage

/// The sockets with a local port of `ports` in the caller's network namespace, by port.
///
/// The kernel leaves out all others: on a host with a hundred thousand connections only the relevant ones are copied.
/// - Parameters:
///   - includingBound: Also sockets that are bound, but neither listen nor are connected. AMT does not cut these off,
///     and the kernel searches all other sockets for them.
///   - own: The caller's own sockets. They are collected before the look, so that none is taken for another program's.
///   - cgroups: Where the control groups are mounted, for the unit of each.
/// - Throws: `noSuchFileOrDirectory` if the kernel lacks `inet_diag` or `udp_diag`: then the sockets are unknown.
///   unknown.
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
    let groups = ControlGroupTree(mount: cgroups).groups(of: Set(entries.compactMap(\.controlGroup)))
    var members = GroupMembers()
    let sockets = entries.map { entry in
        var socket = entry.socket
        let group = entry.controlGroup.flatMap { groups[$0] }
        socket.unit = group?.unit
        // For other sockets only the unit matters; there may be a thousand.
        if let group, socket.isListener || socket.state == .bound {
            socket.commands = members.commands(of: socket.uid, in: group.path)
        }
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

/// The kept part of one list.
private struct FoundSockets {
    /// Sockets without a visible difference count as one: a server with SO_REUSEPORT has one per thread.
    private(set) var entries: [SocketEntry: SocketEntry] = [:]
    private(set) var omitted = 0
    private var listeners = 0

    /// The limit for each kind, so that clients do not displace the server. Any user may open as many as they have
    /// descriptors.
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
