// An address with its port, in the form of the socket calls, and how to look one up by name.

public import AmtguardCore
import CLinux
import Glibc
public import SystemPackage

/// One end of a connection.
public struct ProbeEndpoint: Hashable, Sendable {
    public var address: IPAddress
    public var port: UInt16
    /// The interface of a link-local IPv6 address, else 0.
    public var scope: UInt32

    public init(_ address: IPAddress, port: UInt16, scope: UInt32 = 0) {
        self.address = address
        self.port = port
        self.scope = scope
    }

    /// At most this many addresses of a name are considered; the probe connects to one of them.
    public static let mostAddresses = 4

    /// The addresses of a name, or the literal address, IPv4 first, because AMT shares only IPv4 addresses.
    ///
    /// Blocks as long as the resolver does. The corresponding C function is `getaddrinfo`.
    /// - Throws: The message of the resolver.
    public static func lookUp(_ host: String, port: UInt16) throws(LookUpFailed) -> [ProbeEndpoint] {
        var hints = unsafe addrinfo()
        unsafe hints.ai_family = AF_UNSPEC
        unsafe hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let result = unsafe getaddrinfo(host, nil, &hints, &list)
        guard result == 0 else { throw LookUpFailed(message: unsafe String(cString: gai_strerror(result))) }
        defer { unsafe freeaddrinfo(list) }
        var found: [ProbeEndpoint] = []
        var next = unsafe list
        while let entry = unsafe next {
            if let name = unsafe entry.pointee.ai_addr, var endpoint = unsafe ProbeEndpoint(name) {
                endpoint.port = port
                if !found.contains(endpoint) { found.append(endpoint) }
            }
            unsafe next = entry.pointee.ai_next
        }
        return Array((found.filter(\.isIPv4) + found.filter { !$0.isIPv4 }).prefix(mostAddresses))
    }

    /// A name without an address.
    public struct LookUpFailed: Error {
        public let message: String
    }

    var isIPv4: Bool { if case .v4 = address { true } else { false } }
    var family: CInt { isIPv4 ? AF_INET : AF_INET6 }
}

// MARK: - The kernel's form

extension ProbeEndpoint {
    /// `nil` for an address of another family.
    init?(_ name: UnsafePointer<sockaddr>) {
        switch unsafe CInt(name.pointee.sa_family) {
        case AF_INET:
            let name = unsafe UnsafeRawPointer(name).loadUnaligned(as: sockaddr_in.self)
            self.init(
                .v4(IPv4Address(bits: UInt32(bigEndian: name.sin_addr.s_addr))), port: UInt16(bigEndian: name.sin_port))
        case AF_INET6:
            let name = unsafe UnsafeRawPointer(name).loadUnaligned(as: sockaddr_in6.self)
            let octets = unsafe withUnsafeBytes(of: name.sin6_addr) { unsafe Array($0) }
            guard let address = IPv6Address(octets: octets) else { return nil }
            self.init(
                address.mapped.map(IPAddress.v4) ?? .v6(address), port: UInt16(bigEndian: name.sin6_port),
                scope: name.sin6_scope_id)
        default: return nil
        }
    }

    /// Calls `body` with the address structure and its length.
    func withName(_ body: (UnsafePointer<sockaddr>, socklen_t) -> CInt) -> CInt {
        switch address {
        case .v4(let address):
            var name = sockaddr_in()
            name.sin_family = sa_family_t(AF_INET)
            name.sin_port = port.bigEndian
            name.sin_addr.s_addr = address.bits.bigEndian
            return unsafe Self.call(name, body)
        case .v6(let address):
            var name = sockaddr_in6()
            name.sin6_family = sa_family_t(AF_INET6)
            name.sin6_port = port.bigEndian
            name.sin6_scope_id = scope
            unsafe withUnsafeMutableBytes(of: &name.sin6_addr) { octets in
                for (index, group) in address.groups.enumerated() {
                    unsafe octets.storeBytes(of: group.bigEndian, toByteOffset: index * 2, as: UInt16.self)
                }
            }
            return unsafe Self.call(name, body)
        }
    }

    private static func call<Name>(
        _ name: Name, _ body: (UnsafePointer<sockaddr>, socklen_t) -> CInt
    ) -> CInt {
        unsafe withUnsafePointer(to: name) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(MemoryLayout<Name>.size))
            }
        }
    }

    /// The address to which a socket is bound. The corresponding C function is `getsockname`.
    init(boundBy socket: borrowing Descriptor) throws(Errno) {
        var name = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let number = socket.number
        let endpoint: ProbeEndpoint? = try unsafe withUnsafeMutablePointer(to: &name) { (name) throws(Errno) in
            try unsafe name.withMemoryRebound(to: sockaddr.self, capacity: 1) { (name) throws(Errno) in
                try valueOrErrno { unsafe getsockname(number, __SOCKADDR_ARG(__sockaddr__: name), &length) }
                return unsafe ProbeEndpoint(name)
            }
        }
        guard let endpoint else { throw .addressFamilyNotSupported }
        self = endpoint
    }
}

// MARK: - The route

extension ProbeEndpoint {
    /// The local address from which the kernel would connect to this one; no packet is sent.
    ///
    /// The corresponding C function is `connect` on a UDP socket.
    /// - Parameter from: The address to use instead of the kernel's choice.
    /// - Throws: `networkUnreachable` and the like if there is no route, `addressNotAvailable` if `from` is not an
    ///   address of this host.
    public func source(from: IPAddress? = nil) throws(Errno) -> ProbeEndpoint {
        let socket = try SocketCalls.open(family, SOCK_DGRAM)
        let number = socket.number
        if let from {
            let local = ProbeEndpoint(from, port: 0, scope: scope)
            guard local.family == family else { throw .addressFamilyNotSupported }
            try valueOrErrno {
                unsafe local.withName { unsafe bind(number, __CONST_SOCKADDR_ARG(__sockaddr__: $0), $1) }
            }
        }
        try valueOrErrno { unsafe withName { unsafe connect(number, __CONST_SOCKADDR_ARG(__sockaddr__: $0), $1) } }
        var source = try ProbeEndpoint(boundBy: socket)
        source.port = 0
        return source
    }
}
