/// One addition that was needed after the list had been whole, and that was then seen in the list.
public struct Repair: Hashable, Sendable {
    /// The list after the overwrite.
    public var found: PortSet
    /// The list as it was read back.
    public var restored: PortSet
    /// The writer; `nil` if the kernel did not name it.
    public var writer: Writer?
    /// When the addition was seen.
    public var at: Moment
    /// The last look before the repair that showed the list whole, if the watch did not wake amtguard at the write. The
    /// list was broken for an unknown part of the time since then. `nil` if the watch showed the write.
    public var brokenAfter: Moment?

    /// How long the list was broken at most; `nil` together with `brokenAfter`.
    public var brokenAtMost: Duration? { brokenAfter.map { at.instant - $0.instant } }
}

/// An overwrite that amtguard did not repair, because of `Mode=observe`.
public struct ObservedOverwrite: Hashable, Sendable {
    /// The list after the overwrite.
    public var found: PortSet
    /// The required ports that it lacks.
    public var missing: PortSet
    /// The writer; `nil` if the kernel did not name it.
    public var writer: Writer?
}
