// A bound socket that never listens. The kernel skips its port when it chooses one. `bind` without SO_REUSEADDR fails
// with EADDRINUSE: `bindresvport`, which reads no list of reserved ports, then tries the next port.

public import AmtguardCore
import CLinux
import Glibc
public import SystemPackage

/// One hold, with its socket.
///
/// A class, because a dictionary can't have noncopyable values. The hold ends with the last copy of the descriptor, and
/// the service manager may have a copy.
public final class HoldSocket {
    public let hold: Hold
    let descriptor: Descriptor

    /// Binds the socket, even if the address is not up.
    ///
    /// The socket always starts with SO_REUSEADDR, so that it can bind beside a former socket of ours whose copy the
    /// service manager has not closed yet.
    /// The corresponding C functions are `socket`, `setsockopt` with IP_FREEBIND and SO_REUSEADDR, and `bind`.
    /// - Parameter isShared: Whether other programs that set SO_REUSEADDR may bind the same address and port.
    /// - Throws: `addressInUse` if a server or another socket is there, `permissionDenied` for a port below 1024
    ///   without CAP_NET_BIND_SERVICE, `tooManyOpenFiles` and `tooManyOpenFilesInSystem`.
    public init(_ hold: Hold, isShared: Bool) throws(Errno) {
        let opened = try SocketCalls.open(hold.protocol)
        // The guard itself needs descriptors too, and the kernel gives the lowest free number first.
        guard opened.number < Self.descriptorLimit - Self.spareDescriptors else { throw .tooManyOpenFiles }
        try opened.set(IPPROTO_IP, IP_FREEBIND, 1)
        try opened.set(SOL_SOCKET, SO_REUSEADDR, 1)
        if hold.protocol == .udp { try opened.refuseAll() }
        try opened.bind(hold.address, hold.port)
        self.hold = hold
        descriptor = opened
        if !isShared { try share(false) }
    }

    private static let spareDescriptors = 32

    /// The corresponding C function is `getrlimit` with RLIMIT_NOFILE.
    private static var descriptorLimit: Int {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return .max }
        return Int(clamping: limit.rlim_cur)
    }

    /// Takes over a socket from the service manager's store, if it is a hold. This is decided by the kernel's
    /// information about the socket, never by its name in the store.
    ///
    /// The corresponding C functions are `getsockname` and `getsockopt`.
    /// - Returns: `nil`, with the descriptor closed, if it is not a hold of this network namespace.
    public init?(adopting stored: consuming Descriptor) {
        guard let hold = try? stored.hold(), (try? stored.isOfThisNamespace()) ?? true else { return nil }
        self.hold = hold
        descriptor = stored
        descriptor.disconnect()
    }

    /// Whether other programs that set SO_REUSEADDR may bind the same address and port.
    public var isShared: Bool { (try? descriptor.get(SOL_SOCKET, SO_REUSEADDR)) == 1 }

    /// Allows or forbids other programs to bind the same address and port. The socket stays bound, so that there is no
    /// gap.
    public func share(_ isShared: Bool) throws(Errno) {
        try descriptor.set(SOL_SOCKET, SO_REUSEADDR, isShared ? 1 : 0)
        clearNotes()
    }

    /// Makes the kernel check this hold again whenever a program binds its TCP port.
    ///
    /// The kernel caches for each port which sockets may join without a check (`inet_csk_update_fastreuse`).
    /// `fastreuse` means that all sockets share the port. `fastreuseport` means that sockets of one user may join with
    /// SO_REUSEPORT alone; it is set after one of them also bound with SO_REUSEADDR. The kernel keeps these flags while
    /// any socket is bound to the port, and the hold always is. A socket that binds without these options clears the
    /// flags, even on another address.
    public func clearNotes() {
        guard hold.protocol == .tcp, let passing = try? SocketCalls.open(.tcp) else { return }
        try? passing.set(IPPROTO_IP, IP_FREEBIND, 1)
        if isShared {
            // SO_REUSEADDR binds beside sockets that share the port. Repair mode, which needs CAP_NET_ADMIN, binds
            // beside a server that listens.
            try? passing.set(SOL_SOCKET, SO_REUSEADDR, 1)
            try? passing.set(IPPROTO_TCP, TCP_REPAIR, TCP_REPAIR_ON)
        }
        try? passing.bind(IPv4Address(bits: 0x7FFF_FFFE), hold.port)
    }

    /// Adds this socket to the set of our own sockets.
    public func enter(into own: inout OwnSockets) { own.insert(descriptor) }

    /// Notes in that set that this process is about to close the socket.
    public func leave(_ own: inout OwnSockets) { own.retire(descriptor) }

    /// For the service manager, which keeps a copy. The caller must not close it.
    public var fileDescriptor: FileDescriptor { descriptor.fileDescriptor }

    /// Lets other programs bind at once, although the service manager may keep a copy for a moment.
    public func makeWay() {
        descriptor.disconnect()
        try? descriptor.set(SOL_SOCKET, SO_REUSEADDR, 1)
    }
}
