/// One addition that was needed after the list had been whole, and then seen to hold.
public struct Repair: Hashable, Sendable {
    /// The list as somebody left it.
    public var found: PortSet
    /// The list as it was read back.
    public var restored: PortSet
    /// Who wrote it, where the kernel told.
    public var writer: Writer?
    /// When it was seen to hold.
    public var at: Moment
    /// The last look before it that showed the list whole, where nothing woke amtguard at the write: the list was broken
    /// for an unknown part of the time since. `nil` where the watch showed the write.
    public var brokenAfter: Moment?

    /// How long the list was broken at most, where that matters.
    public var brokenAtMost: Duration? { brokenAfter.map { at.instant - $0.instant } }
}

/// An overwrite that amtguard only observed, as `Mode=observe` says.
public struct ObservedOverwrite: Hashable, Sendable {
    /// The list as somebody left it.
    public var found: PortSet
    /// The required ports that it lacks.
    public var missing: PortSet
    /// Who wrote it, where the kernel told.
    public var writer: Writer?

    public init(found: PortSet, missing: PortSet, writer: Writer?) {
        self.found = found
        self.missing = missing
        self.writer = writer
    }
}
