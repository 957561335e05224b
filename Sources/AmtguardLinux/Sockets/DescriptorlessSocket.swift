import CLinux
import Glibc
import SystemPackage

/// A connection that never receives a descriptor, so that the other side can't make this process close one.
///
/// A sender can attach descriptors to bytes (SCM_RIGHTS). A process that reads these bytes owns the descriptors and has
/// to close them. The process that closes an object last does the work of closing it. For a TCP socket with SO_LINGER
/// this means waiting for as many seconds as its creator chose. The guard has only one thread, which must never wait in
/// this way for another process.
///
/// Since Linux 6.16 the kernel refuses to send such a message. On older kernels this code peeks at the bytes first,
/// which closes nothing, and reads only bytes without descriptors. If descriptors came, the socket stays open until the
/// process ends, because closing it would close them too.
struct DescriptorlessSocket: ~Copyable {
    /// The result of a read.
    enum Reading {
        /// The number of bytes; 0 at the end.
        case bytes(Int)
        /// There are no bytes now.
        case nothing
        /// Descriptors came with the bytes.
        case descriptors
    }

    let number: CInt
    private let isRefusing: Bool

    /// The corresponding C functions are `socket`, and `setsockopt` with SO_PASSRIGHTS and SO_OOBINLINE.
    ///
    /// - Parameter isRefusing: Whether the kernel should refuse descriptors. Tests pass false to act like an older
    ///   kernel.
    init(refusing isRefusing: Bool = true) throws(Errno) {
        let type = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let opened = Descriptor(owning: try valueOrErrno { socket(AF_UNIX, type, 0) })
        let isRefusing = isRefusing && (try? opened.set(SOL_SOCKET, CInt(SHIM_SO_PASSRIGHTS), 0)) != nil
        // Otherwise a peek skips an urgent byte, and a read drops it together with its descriptors.
        try opened.set(SOL_SOCKET, SO_OOBINLINE, 1)
        self.isRefusing = isRefusing
        number = opened.release().rawValue
    }

    deinit {
        if !dropsDescriptors() { close(number) }
    }

    /// Reads bytes that came without descriptors, or reports that descriptors came.
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

    /// How many bytes can be read; `nil` if one of the messages carries descriptors.
    ///
    /// A peek continues up to the first such message. There the kernel reports that it had no room for the descriptors.
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

    /// Discards the available bytes, and stops further ones. The corresponding C function is `shutdown`.
    ///
    /// - Returns: Whether descriptors came. In that case the socket must stay open.
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
