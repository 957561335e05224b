// A probe waits on a port of AMT for an answer that may not come, for a few seconds and on purpose: it must not be
// reported as a victim. The guard can't know the purpose of a socket, so a probe's has a mark that sock_diag shows.

import CLinux
import Glibc
import SystemPackage

/// IP_RECVERR and IP_FREEBIND on one TCP socket: each is useful to a probe, and no other program sets both.
enum ProbeMark {
    /// Marks an IPv4 socket; AMT shares no IPv6 address. The corresponding C function is `setsockopt`.
    static func set(on socket: borrowing Descriptor) throws(Errno) {
        try socket.set(IPPROTO_IP, IP_RECVERR, 1)
        try socket.set(IPPROTO_IP, IP_FREEBIND, 1)
    }

    /// Whether a socket has the mark, by the attribute INET_DIAG_SOCKOPT, which Linux has since 5.8.
    ///
    /// Bits of `struct inet_diag_sockopt`, the lowest first: recverr, is_icsk, freebind.
    static func isBorne(_ options: ArraySlice<UInt8>) -> Bool {
        options.first.map { $0 & 0b101 == 0b101 } ?? false
    }
}
