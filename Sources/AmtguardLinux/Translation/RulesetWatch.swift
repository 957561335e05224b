import CLinux
public import SystemPackage

/// A pollable descriptor that becomes readable when anything changes in the ruleset of nf_tables.
public struct RulesetWatch: ~Copyable {
    private let watch: ChangeWatch

    /// Watches the network namespace of the calling thread. If nf_tables is a module that is not loaded, this loads it
    /// (`TranslationReader.hasNFTables`).
    ///
    /// The corresponding C functions are `socket` and `bind`, with NFNLGRP_NFTABLES.
    public init() throws(Errno) {
        watch = try ChangeWatch(family: NETLINK_NETFILTER, groups: 1 << (NFNLGRP_NFTABLES.rawValue - 1))
    }

    /// The descriptor that becomes readable; it stays valid as long as this value lives.
    public var descriptor: FileDescriptor { watch.descriptor }

    /// Discards the waiting messages without blocking, and returns whether there were any.
    ///
    /// It stops after a limited number; the descriptor stays readable then.
    public borrowing func drain() -> Bool { watch.drain() }
}
