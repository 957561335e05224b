/// One addition that was needed after the list had been whole, and whose effect was then seen.
public struct Repair: Hashable, Sendable {
    /// The list after the overwrite.
    public var found: PortSet
    /// The list as it was read back.
    public var restored: PortSet
    /// The writer; `nil` if the kernel did not name it.
    public var writer: Writer?
    /// When the addition was seen.
    public var at: Moment
    /// The last look before the repair that showed the list whole, if the watch did not wake amtguard for the write.
    /// The list was broken for an unknown part of the time since then. `nil` if the watch showed the write.
    public var brokenAfter: Moment?

    /// The longest time that the list can have been broken; `nil` together with `brokenAfter`.
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
