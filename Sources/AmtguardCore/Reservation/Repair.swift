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
}

/// A time during which repairs run into their pace.
public struct Contest: Hashable, Sendable {
    /// When the bucket was first found empty.
    public var since: Moment
    /// The list as it was last found.
    public var found: PortSet
    /// Who wrote it last, where the kernel told.
    public var writer: Writer?
    /// Repairs since the last journal entry about it.
    public var repairs: Int
    /// When that entry was made.
    var told: Instant

    /// One entry a window: a fight that goes on all day is 1,440 lines, not 1.7 million.
    static let window = Duration.seconds(60)
}
