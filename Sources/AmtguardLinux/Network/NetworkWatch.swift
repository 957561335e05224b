import CLinux
import Glibc
public import SystemPackage

/// A pollable descriptor that becomes readable when an interface or an IPv4 address came, went or changed.
///
/// It only says *look again*: what was told is not read, so that nothing is lost with a message that was.
public struct NetworkWatch: ~Copyable {
    private let socket: NetlinkSocket

    private static let rounds = 256

    /// Watches the network namespace of the calling thread.
    ///
    /// The corresponding C functions are `socket` and `bind`, with RTMGRP_LINK and RTMGRP_IPV4_IFADDR.
    public init() throws(Errno) {
        socket = try NetlinkSocket(family: NETLINK_ROUTE, groups: UInt32(RTMGRP_LINK | RTMGRP_IPV4_IFADDR))
    }

    /// What becomes readable; it stays good as long as this value lives.
    public var descriptor: FileDescriptor { socket.descriptor.fileDescriptor }

    /// Takes away what waits, without blocking: whether there was anything.
    ///
    /// It stops after so many messages; the descriptor stays readable then. Messages that were lost because nobody
    /// read them in time (`ENOBUFS`) are a change as well.
    /// The corresponding C function is `recv`, with room for one byte: what does not fit is dropped.
    public borrowing func drain() -> Bool {
        var isChanged = false
        let number = descriptor.rawValue
        for _ in 0..<Self.rounds {
            do {
                var byte: UInt8 = 0
                try valueOrErrno { unsafe recv(number, &byte, 1, 0) }
            } catch .resourceTemporarilyUnavailable {
                break
            } catch {
                // No other error than ENOBUFS is known; whichever it is, something was missed.
            }
            isChanged = true
        }
        return isChanged
    }
}
