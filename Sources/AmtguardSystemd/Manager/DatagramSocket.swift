import Glibc
import SystemPackage

/// Datagrams to a daemon that may hang: sending succeeds or fails, but never blocks.
///
/// Each sender keeps one socket open, so that it can still send when no descriptor is left. Senders do not share a
/// socket, because unread datagrams to a hanging daemon count against the socket that sent them. The sockets of
/// journald and of the service manager queue a handful of datagrams for the whole system (`net.unix.max_dgram_qlen`).
/// If their reader hangs, a plain `sendmsg` blocks as long as it hangs.
enum DatagramSocket {
    /// Opens a socket for sending. The sender closes it. The corresponding C function is `socket`.
    static func open() throws(Errno) -> FileDescriptor {
        let type = CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        return FileDescriptor(rawValue: try check(errno: socket(AF_UNIX, type, 0)))
    }

    /// Sends one datagram, or throws `.wouldBlock` if the receiver's queue is full.
    ///
    /// The corresponding C function is `sendto`, on a socket with SOCK_NONBLOCK.
    /// - Parameters:
    ///   - path: `/…`, or `@…` for the abstract namespace.
    ///   - socket: the socket that the sender keeps open; nil to open one for this datagram.
    static func send(_ bytes: [UInt8], to path: String, by socket: FileDescriptor?) throws(Errno) {
        unsafe try withSocketAddress(path) { (address, length) throws(Errno) in
            var opened: FileDescriptor?
            if socket == nil { opened = try open() }
            guard let descriptor = socket ?? opened else { throw .badFileDescriptor }
            defer { if let opened { close(opened.rawValue) } }
            let sent = unsafe sendto(
                descriptor.rawValue, bytes, bytes.count, CInt(MSG_NOSIGNAL), address, length)
            guard sent >= 0 else { throw Errno(rawValue: errno) }
        }
    }

    /// Whether a datagram would be accepted now. The corresponding C functions are `connect` and `poll`.
    static func isWritable(_ path: String) throws(Errno) -> Bool {
        var writable = false
        unsafe try withSocketAddress(path) { (address, length) throws(Errno) in
            let descriptor = try open()
            defer { close(descriptor.rawValue) }
            guard unsafe connect(descriptor.rawValue, address, length) == 0 else { throw Errno(rawValue: errno) }
            var wanted = pollfd(fd: descriptor.rawValue, events: Int16(POLLOUT), revents: 0)
            writable = unsafe poll(&wanted, 1, 0) > 0 && wanted.revents & Int16(POLLOUT) != 0
        }
        return writable
    }
}
