import AmtguardLinux
import Foundation
import Glibc
import SystemPackage

/// A socket that is bound to an address, and open as long as it lives.
final class TestSocket {
    enum Kind { case tcp, udp }

    let number: CInt
    private let backlog: CInt

    init(
        _ kind: Kind, _ host: String, _ port: UInt16, v6Only: Bool = false, reusing: Bool = true,
        sharing: Bool = false, device: String? = nil, waiting: Bool = true, backlog: CInt = 5
    ) throws {
        self.backlog = backlog
        let family = host.contains(":") ? AF_INET6 : AF_INET
        let type = kind == .tcp ? SOCK_STREAM : SOCK_DGRAM
        let flags = CInt(SOCK_CLOEXEC.rawValue) | (waiting ? 0 : CInt(SOCK_NONBLOCK.rawValue))
        number = socket(family, CInt(type.rawValue) | flags, 0)
        var one: CInt = 1
        var only: CInt = v6Only ? 1 : 0
        let size = socklen_t(MemoryLayout<CInt>.size)
        if reusing { unsafe setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &one, size) }
        if sharing { unsafe setsockopt(number, SOL_SOCKET, SO_REUSEPORT, &one, size) }
        if family == AF_INET6 {
            unsafe setsockopt(number, CInt(IPPROTO_IPV6), IPV6_V6ONLY, &only, size)
        }
        if let device { unsafe setsockopt(number, SOL_SOCKET, SO_BINDTODEVICE, device, socklen_t(device.utf8.count)) }
        try bind(host, port)
    }

    /// A socket that connects, and whose own port the kernel chooses.
    init(connectingTo host: String, _ port: UInt16) throws {
        backlog = 0
        number = socket(host.contains(":") ? AF_INET6 : AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        _ = try connect(host, port)
    }

    /// A socket that is not bound, by default TCP over IPv4.
    init(unbound family: CInt, _ type: __socket_type = SOCK_STREAM, protocol: CInt = 0) {
        backlog = 0
        number = socket(family, CInt(type.rawValue | SOCK_CLOEXEC.rawValue), `protocol`)
    }

    /// A copy of a descriptor.
    init(copying other: CInt) {
        backlog = 0
        number = fcntl(other, F_DUPFD_CLOEXEC, 3)
    }

    deinit { close() }

    private var isOpen = true

    func close() {
        if isOpen { _ = Glibc.close(number) }
        isOpen = false
    }

    func bind(_ host: String, _ port: UInt16) throws {
        try unsafe call(host, port) { unsafe Glibc.bind(number, __CONST_SOCKADDR_ARG(__sockaddr__: $0), $1) }
    }

    /// A copy of its descriptor with an owner.
    var copy: Descriptor { Descriptor(owning: FileDescriptor(rawValue: fcntl(number, F_DUPFD_CLOEXEC, 3))) }

    @discardableResult
    func listen() throws -> TestSocket {
        guard Glibc.listen(number, backlog) == 0 else { throw Errno(rawValue: errno) }
        return self
    }

    @discardableResult
    func connect(_ host: String, _ port: UInt16) throws -> TestSocket {
        try unsafe call(host, port) { unsafe Glibc.connect(number, __CONST_SOCKADDR_ARG(__sockaddr__: $0), $1) }
        return self
    }

    /// Starts to connect, without waiting for the other end.
    func begin(_ host: String, _ port: UInt16) throws -> TestSocket {
        do { return try connect(host, port) } catch Errno.nowInProgress { return self }
    }

    private func call(
        _ host: String, _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> CInt
    ) throws {
        var hints = unsafe addrinfo()
        unsafe hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(host, "\(port)", &hints, &list) == 0, let first = unsafe list else {
            throw Errno.invalidArgument
        }
        defer { unsafe freeaddrinfo(first) }
        guard let address = unsafe first.pointee.ai_addr, unsafe body(address, first.pointee.ai_addrlen) == 0 else {
            throw Errno(rawValue: errno)
        }
    }
}
