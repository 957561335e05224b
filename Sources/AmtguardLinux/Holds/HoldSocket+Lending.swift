// A probe connects from a port that is held. Its own socket gets the place beside the hold: its packets are then those of
// the borrower, whatever the service manager denies the unit of the guard, and nothing has to come back.

import AmtguardCore
import CLinux
import Glibc
public import SystemPackage

extension HoldSocket {
    /// Binds a borrower's socket beside this hold.
    ///
    /// The hold is not touched, so nothing can fail half-way and leave it open to others: a socket in repair mode is
    /// bound whoever is there. SO_REUSEADDR on both, the usual way, would let in whoever comes in that moment. A
    /// conflict is judged when somebody binds, or listens: the hold goes on refusing all others, and the borrower too
    /// where it wants to listen.
    /// The corresponding C functions are `setsockopt` with TCP_REPAIR, which needs CAP_NET_ADMIN, and `bind`.
    /// - Throws: `invalidArgument` for anything but a TCP socket of IPv4, of this network namespace, without a port;
    ///   `addressNotAvailable` where the address is not up.
    public func lend(to borrower: borrowing Descriptor) throws(Errno) {
        // Without a port it neither listens nor is connected.
        guard let place = try borrower.place(), place.protocol == .tcp, place.port == 0,
            try borrower.isOfThisNamespace()
        else { throw .invalidArgument }
        // One that is bound with SO_REUSEPORT has the kernel note on the port that its user's others may join, hold or
        // not, and the note stays when it has gone (`fastreuseport` in `inet_csk_update_fastreuse`).
        try borrower.set(SOL_SOCKET, SO_REUSEPORT, 0)
        try borrower.set(IPPROTO_TCP, TCP_REPAIR, TCP_REPAIR_ON)
        defer {
            // Not TCP_REPAIR_OFF, which may send something.
            try? borrower.set(IPPROTO_TCP, TCP_REPAIR, TCP_REPAIR_OFF_NO_WP)
            // It is in nobody's way that the hold is not in.
            try? borrower.set(SOL_SOCKET, SO_REUSEADDR, 1)
        }
        try borrower.bind(hold.address, hold.port)
    }
}
