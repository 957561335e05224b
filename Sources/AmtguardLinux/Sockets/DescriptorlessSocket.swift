import CLinux
import Glibc
import SystemPackage

/// A connection over which nobody can hand us a descriptor to close.
///
/// A descriptor that comes along with bytes (SCM_RIGHTS) becomes the reader's, and a reader who does not take it closes
/// it. Whoever closes an object last does the work of closing: for a TCP socket with SO_LINGER that is a wait of as many
/// seconds as its maker likes. The one thread of the guard must never do that for a stranger.
///
/// Since Linux 6.16 the kernel refuses such a message to its sender. Before, we look at what lies there without taking
/// it, which closes nothing, and take only bytes that came alone. Where descriptors came, the socket stays open as it is
/// until the process ends: closing it would close them.
struct DescriptorlessSocket: ~Copyable {
    /// What a read brought.
    enum Reading {
        /// So many; 0 at the end.
        case bytes(Int)
        /// Nothing is there now.
        case nothing
        /// Descriptors are there.
        case descriptors
    }

    let number: CInt
    private let isRefusing: Bool

    /// The corresponding C functions are `socket`, and `setsockopt` with SO_PASSRIGHTS and SO_OOBINLINE.
    ///
    /// - Parameter isRefusing: Whether the kernel is to refuse descriptors; false in tests, as if it could not.
    init(refusing isRefusing: Bool = true) throws(Errno) {
        let type = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let opened = Descriptor(owning: try valueOrErrno { socket(AF_UNIX, type, 0) })
        let isRefusing = isRefusing && (try? opened.set(SOL_SOCKET, CInt(SHIM_SO_PASSRIGHTS), 0)) != nil
        // Otherwise a look passes over an urgent byte, and a read drops it with what came along with it.
        try opened.set(SOL_SOCKET, SO_OOBINLINE, 1)
        self.isRefusing = isRefusing
        number = opened.release().rawValue
    }

    deinit {
        if !dropsDescriptors() { close(number) }
    }

    /// Takes bytes that came without descriptors, or says that some lie there.
    ///
    /// The corresponding C functions are `recvmsg` with MSG_PEEK, and `recv`.
    func read(into part: inout [UInt8], atMost most: Int) throws(Errno) -> Reading {
        do {
            var count = most
            if !isRefusing {
                guard let found = try look(into: &part, atMost: most) else { return .descriptors }
                count = found
            }
            return .bytes(try valueOrErrno { unsafe recv(number, &part, count, 0) })
        } catch .resourceTemporarilyUnavailable {
            return .nothing
        }
    }

    /// How many bytes lie there; `nil` where one of the messages has descriptors.
    ///
    /// A look goes on to the first such message, and the kernel says that there was no room for what came with it.
    private func look(into part: inout [UInt8], atMost most: Int) throws(Errno) -> Int? {
        var header = unsafe msghdr()
        let count = try valueOrErrno {
            unsafe part.withUnsafeMutableBytes { bytes in
                var vector = unsafe iovec(iov_base: bytes.baseAddress, iov_len: most)
                return unsafe withUnsafeMutablePointer(to: &vector) { vector in
                    unsafe header.msg_iov = vector
                    unsafe header.msg_iovlen = 1
                    return unsafe recvmsg(number, &header, CInt(MSG_PEEK))
                }
            }
        }
        return unsafe header.msg_flags & CInt(MSG_CTRUNC) == 0 ? count : nil
    }

    /// Takes away what lies there, and lets nothing more come. The corresponding C function is `shutdown`.
    ///
    /// - Returns: Whether descriptors lie there: then the socket must stay open.
    func dropsDescriptors() -> Bool {
        guard !isRefusing else { return false }
        shutdown(number, CInt(SHUT_RD))
        var part = [UInt8](repeating: 0, count: 16_384)
        while true {
            switch try? read(into: &part, atMost: part.count) {
            case .bytes(1...): continue
            case .descriptors: return true
            case .bytes, .nothing, nil: return false
            }
        }
    }
}
