// A probe waits in vain on a port of AMT, for a few seconds and on purpose: nobody needs to hear of a victim. The guard
// can't know whose a socket is, so a probe's bears a mark that sock_diag shows.

import CLinux
import Glibc
import SystemPackage

/// IP_RECVERR and IP_FREEBIND on one TCP socket: each is of use to a probe, and nobody else sets both.
enum ProbeMark {
    /// Marks a socket of IPv4; AMT shares no address of IPv6. The corresponding C function is `setsockopt`.
    static func set(on socket: borrowing Descriptor) throws(Errno) {
        try socket.set(IPPROTO_IP, IP_RECVERR, 1)
        try socket.set(IPPROTO_IP, IP_FREEBIND, 1)
    }

    /// Whether a socket bears it, by the attribute INET_DIAG_SOCKOPT; before Linux 5.8 there is none.
    ///
    /// Bits of `struct inet_diag_sockopt`, the lowest first: recverr, is_icsk, freebind.
    static func isBorne(_ options: ArraySlice<UInt8>) -> Bool {
        options.first.map { $0 & 0b101 == 0b101 } ?? false
    }
}
