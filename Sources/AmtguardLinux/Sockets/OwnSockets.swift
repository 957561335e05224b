import AmtguardCore
import CLinux
import Glibc
import SystemPackage

/// The sockets of this very process, by its own descriptors: an owner of the same name says nothing.
struct OwnSockets {
    /// All of them.
    private(set) var inodes: Set<UInt32> = []
    /// TCP sockets that are bound, and neither listen nor are connected: holds.
    private(set) var bound: [LocalSocket] = []

    /// Looks through the descriptors; what can't be looked at is not ours, and what is in another network namespace
    /// than `socket` has ports of its own.
    init(besides socket: borrowing NetlinkSocket) {
        let namespace = Self.namespace(socket.descriptor.number)
        guard let numbers = try? RootDirectory().names(in: "/proc/self/fd") else { return }
        for number in numbers.compactMap({ CInt($0) }) {
            var status = stat()
            guard unsafe fstat(number, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else { continue }
            let inode = UInt32(truncatingIfNeeded: status.st_ino)
            inodes.insert(inode)
            // TCP_CLOSE: every other state the kernel's list tells.
            guard Self.option(number, SOL_SOCKET, SO_PROTOCOL) == CInt(IPPROTO_TCP), Self.state(number) == 7,
                Self.namespace(number) == namespace,
                let (address, port) = Self.name(number), port != 0
            else { continue }
            bound.append(
                LocalSocket(
                    .tcp, address, port: port, .bound, takesIPv4: address.ipv4 != nil, uid: geteuid(), inode: inode,
                    isOwn: true))
        }
    }

    /// Its cookie; `nil` for all before Linux 5.14, which has none.
    private static func namespace(_ number: CInt) -> UInt64? {
        var cookie: UInt64 = 0
        var length = socklen_t(MemoryLayout<UInt64>.size)
        return unsafe getsockopt(number, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &length) == 0 ? cookie : nil
    }

    /// The corresponding C function is `getsockopt`.
    private static func option(_ number: CInt, _ level: CInt, _ name: CInt) -> CInt? {
        var value: CInt = 0
        var length = socklen_t(MemoryLayout<CInt>.size)
        return unsafe getsockopt(number, level, name, &value, &length) == 0 ? value : nil
    }

    /// The first octet of `struct tcp_info`.
    private static func state(_ number: CInt) -> UInt8? {
        var state: UInt8 = 0
        var length = socklen_t(1)
        return unsafe getsockopt(number, CInt(IPPROTO_TCP), TCP_INFO, &state, &length) == 0 ? state : nil
    }

    /// The corresponding C function is `getsockname`.
    private static func name(_ number: CInt) -> (IPAddress, UInt16)? {
        var bytes = [UInt8](repeating: 0, count: MemoryLayout<sockaddr_in6>.size)
        var length = socklen_t(bytes.count)
        let result = unsafe bytes.withUnsafeMutableBytes { buffer in
            unsafe buffer.withMemoryRebound(to: sockaddr.self) { address in
                unsafe getsockname(number, __SOCKADDR_ARG(__sockaddr__: address.baseAddress), &length)
            }
        }
        // struct sockaddr_in: family u16, port in the order of the network, four octets; struct sockaddr_in6: family,
        // port, flow u32, sixteen octets.
        guard result == 0, let family = bytes[...].native(UInt16.self, at: 0) else { return nil }
        let port = UInt16(bytes[2]) << 8 | UInt16(bytes[3])
        switch CInt(family) {
        case AF_INET: return IPv4Address(octets: bytes[4..<8]).map { (.v4($0), port) }
        case AF_INET6: return IPv6Address(octets: bytes[8..<24]).map { (.v6($0), port) }
        default: return nil
        }
    }
}
