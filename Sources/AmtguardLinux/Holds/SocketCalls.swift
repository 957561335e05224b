// The socket calls of holds and probes.

import AmtguardCore
import CLinux
import Glibc
import SystemPackage

enum SocketCalls {
    /// An IPv4 socket. The corresponding C function is `socket`.
    static func open(_ transport: Hold.TransportProtocol) throws(Errno) -> Descriptor {
        try open(AF_INET, transport == .tcp ? SOCK_STREAM : SOCK_DGRAM)
    }

    /// A non-blocking socket. The corresponding C function is `socket`.
    static func open(_ family: CInt, _ type: __socket_type) throws(Errno) -> Descriptor {
        let type = CInt(type.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        return Descriptor(owning: try valueOrErrno { socket(family, type, 0) })
    }
}

extension Descriptor {
    /// The corresponding C function is `setsockopt`.
    func set(_ level: some BinaryInteger, _ option: CInt, _ value: CInt) throws(Errno) {
        var value = value
        try valueOrErrno {
            unsafe setsockopt(number, CInt(level), option, &value, socklen_t(MemoryLayout<CInt>.size))
        }
    }

    /// The corresponding C function is `getsockopt`.
    func get(_ level: CInt, _ option: CInt) throws(Errno) -> CInt {
        try get(level, option, as: CInt(0))
    }

    private func get<Value: BitwiseCopyable>(_ level: CInt, _ option: CInt, as blank: Value) throws(Errno) -> Value {
        var value = blank
        var length = socklen_t(MemoryLayout<Value>.size)
        try valueOrErrno { unsafe getsockopt(number, level, option, &value, &length) }
        return value
    }

    /// The corresponding C function is `bind`.
    func bind(_ address: IPv4Address, _ port: UInt16) throws(Errno) {
        let name = ProbeEndpoint(.v4(address), port: port)
        try valueOrErrno {
            unsafe name.withName { unsafe Glibc.bind(number, __CONST_SOCKADDR_ARG(__sockaddr__: $0), $1) }
        }
    }

    /// Drops each datagram before it is queued, and minimizes the queue. The corresponding C function is `setsockopt`
    /// with SO_ATTACH_FILTER and SO_RCVBUF.
    func refuseAll() throws(Errno) {
        var filter = sock_filter(code: UInt16(BPF_RET | BPF_K), jt: 0, jf: 0, k: 0)
        try valueOrErrno {
            unsafe withUnsafeMutablePointer(to: &filter) {
                var program = unsafe sock_fprog(len: 1, filter: $0)
                return unsafe setsockopt(
                    number, SOL_SOCKET, SO_ATTACH_FILTER, &program, socklen_t(MemoryLayout<sock_fprog>.size))
            }
        }
        try set(SOL_SOCKET, SO_RCVBUF, 0)
    }

    /// Disconnects the socket. It stays bound all the time, so no other program can bind the port in between.
    ///
    /// The corresponding C function is `connect` with AF_UNSPEC, which resets a connection and keeps the result of
    /// `bind`.
    func disconnect() {
        var nowhere = sockaddr()
        nowhere.sa_family = sa_family_t(AF_UNSPEC)
        _ = unsafe withUnsafePointer(to: &nowhere) {
            unsafe connect(number, __CONST_SOCKADDR_ARG(__sockaddr__: $0), socklen_t(MemoryLayout<sockaddr>.size))
        }
    }

    /// The hold of this socket; `nil` for a socket of another kind, or without a single address and port.
    func hold() throws(Errno) -> Hold? {
        guard let place = try place(), place.port != 0, !place.address.isUnspecified else { return nil }
        return place
    }

    /// The address and the port of an IPv4 socket of TCP or UDP, bound or not; `nil` for any other descriptor. The
    /// corresponding C function is `getsockname`.
    func place() throws(Errno) -> Hold? {
        // A descriptor opened with O_PATH may be the file of a socket, but socket calls do not accept it.
        guard try status().st_mode & S_IFMT == S_IFSOCK, fcntl(number, F_GETFL) & O_PATH == 0,
            try get(SOL_SOCKET, SO_DOMAIN) == AF_INET
        else { return nil }
        let transport: Hold.TransportProtocol
        // A raw socket may have the same protocol.
        switch (UInt32(bitPattern: try get(SOL_SOCKET, SO_TYPE)), Int(try get(SOL_SOCKET, SO_PROTOCOL))) {
        case (SOCK_STREAM.rawValue, Int(IPPROTO_TCP)): transport = .tcp
        case (SOCK_DGRAM.rawValue, Int(IPPROTO_UDP)): transport = .udp
        default: return nil
        }
        var name = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        try valueOrErrno {
            unsafe withUnsafeMutablePointer(to: &name) {
                unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe getsockname(number, __SOCKADDR_ARG(__sockaddr__: $0), &length)
                }
            }
        }
        return Hold(
            IPv4Address(bits: UInt32(bigEndian: name.sin_addr.s_addr)), UInt16(bigEndian: name.sin_port), transport)
    }

    /// Whether the socket belongs to the caller's network namespace. Before Linux 5.14 the kernel does not report this;
    /// then it is assumed.
    func isOfThisNamespace() throws(Errno) -> Bool {
        let option = CInt(SHIM_SO_NETNS_COOKIE)
        do {
            let own = try SocketCalls.open(.udp).get(SOL_SOCKET, option, as: UInt64(0))
            return try get(SOL_SOCKET, option, as: UInt64(0)) == own
        } catch .protocolNotAvailable {
            return true
        }
    }
}
