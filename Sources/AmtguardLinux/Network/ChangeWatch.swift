import CLinux
import Glibc
import SystemPackage

/// A netlink socket in groups that announce changes.
///
/// It only means *look again*: the messages are not interpreted, so a lost one does no harm.
struct ChangeWatch: ~Copyable {
    private let socket: NetlinkSocket

    private static let rounds = 256

    /// Watches the network namespace of the calling thread.
    ///
    /// The corresponding C functions are `socket` and `bind`.
    init(family: CInt, groups: UInt32) throws(Errno) {
        socket = try NetlinkSocket(family: family, groups: groups)
    }

    /// The descriptor that becomes readable; it stays valid as long as this value lives.
    var descriptor: FileDescriptor { socket.descriptor.fileDescriptor }

    /// Discards the waiting messages without blocking, and returns whether there were any.
    ///
    /// Stops after a limited number; then the descriptor stays readable. Messages lost because they were not read in
    /// time (`ENOBUFS`) count as a change as well.
    /// The corresponding C function is `recv`, with room for one byte: the rest of a message is dropped.
    borrowing func drain() -> Bool {
        var isChanged = false
        let number = descriptor.rawValue
        for _ in 0..<Self.rounds {
            do {
                var byte: UInt8 = 0
                try valueOrErrno { unsafe recv(number, &byte, 1, 0) }
            } catch .resourceTemporarilyUnavailable {
                break
            } catch {
                // ENOBUFS is expected here. After any other error, too, a change was missed.
            }
            isChanged = true
        }
        return isChanged
    }
}
