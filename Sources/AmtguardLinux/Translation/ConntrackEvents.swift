// The kernel's announcements of newly tracked connections. The kernel forgets a connection that the peer refuses at
// once: no look-up finds it, only its announcement.

import AmtguardCore
import CLinux
import Glibc
import SystemPackage

/// The sources with which new connections of this network namespace left, since this value was made.
struct ConntrackEvents: ~Copyable {
    private let socket: NetlinkSocket
    /// By the packets before translation.
    private var sources: [ConntrackEntry.Tuple: LocalSocket.Endpoint] = [:]
    private let remote: LocalSocket.Endpoint
    /// Whether every announcement was read: the queue is bounded.
    private(set) var isWhole = true

    private static let queueLength: CInt = 8 << 20
    private static let mostAtOnce = 65_536

    /// Listens for connections to `remote`.
    ///
    /// - Throws: `notPermitted` without CAP_NET_ADMIN; `noFunction` if the kernel announces nothing
    ///   (net.netfilter.nf_conntrack_events).
    init(to remote: LocalSocket.Endpoint) throws(Errno) {
        let setting = try? RootDirectory().readFile("/proc/sys/net/netfilter/nf_conntrack_events", atMost: 64)
        guard let setting, setting.first != UInt8(ascii: "0") else { throw .noFunction }
        socket = try NetlinkSocket(
            family: NETLINK_NETFILTER, groups: 1 << (NFNLGRP_CONNTRACK_NEW.rawValue - 1))
        self.remote = remote
        try? socket.descriptor.set(SOL_SOCKET, CInt(SO_RCVBUFFORCE), Self.queueLength)
    }

    /// The descriptor that becomes readable.
    var number: CInt { socket.descriptor.number }

    /// Reads the announcements until now. Never blocks.
    mutating func take() {
        for _ in 0..<Self.mostAtOnce {
            do throws(Errno) {
                for message in try socket.takeUnasked() {
                    guard let entry = try ConntrackEntry(message) else { continue }
                    if entry.original.destination == remote { sources[entry.original] = entry.reply.destination }
                }
            } catch .resourceTemporarilyUnavailable {
                return
            } catch {
                isWhole = false
            }
        }
        isWhole = false
    }

    /// The source with which a connection left; `nil` if it was not announced.
    func source(of tuple: ConntrackEntry.Tuple) -> LocalSocket.Endpoint? { sources[tuple] }
}
