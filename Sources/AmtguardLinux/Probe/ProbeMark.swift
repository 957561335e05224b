// A probe waits for a few seconds on a port of AMT for an answer that may not come. It must not be reported as a
// victim, so its socket has a mark that sock_diag shows to the guard.

import CLinux
import Glibc
import SystemPackage

/// The mark is IP_RECVERR with IP_FREEBIND on one TCP socket: a probe needs both, and no other program sets both.
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
