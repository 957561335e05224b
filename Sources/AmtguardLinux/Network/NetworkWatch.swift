import CLinux
public import SystemPackage

/// A pollable descriptor that becomes readable when an interface or an IPv4 address appears, disappears or changes.
public struct NetworkWatch: ~Copyable {
    private let watch: ChangeWatch

    /// Watches the network namespace of the calling thread.
    ///
    /// The corresponding C functions are `socket` and `bind`, with RTMGRP_LINK and RTMGRP_IPV4_IFADDR.
    public init() throws(Errno) {
        watch = try ChangeWatch(family: NETLINK_ROUTE, groups: UInt32(RTMGRP_LINK | RTMGRP_IPV4_IFADDR))
    }

    /// The descriptor that becomes readable; it stays valid as long as this value lives.
    public var descriptor: FileDescriptor { watch.descriptor }

    /// Discards the waiting messages without blocking, and returns whether there were any.
    ///
    /// It stops after a limited number; the descriptor stays readable then.
    public borrowing func drain() -> Bool { watch.drain() }
}
