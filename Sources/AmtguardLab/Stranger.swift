public import AmtguardCore

/// Another program that writes the list.
public struct Stranger: Sendable {
    /// What it does each time.
    public enum Act: Sendable {
        /// `sysctl -w`
        case replace(PortSet)
        /// A write at another position than 0.
        case join(PortSet)
        /// `sysctl -w` with a text of these ports that a program in the kernel can't read.
        case garble(PortSet)
        /// A write that the kernel refuses: a text that is no list, or one that another program forbids.
        case refused(PortSet?)

        /// Whether the kernel replaces the whole list.
        var changesAll: Bool {
            switch self {
            case .replace, .garble: true
            case .join, .refused: false
            }
        }
    }

    public var act: Act
    public var next: Instant
    /// The pause between two writes; `nil` to write once.
    public var every: Duration?
    public var until: Instant?
    /// The writer, if the watch shows it.
    public var writer: Writer?
    /// Whether it writes through the daemon's procfs mount, so that the watch shows it.
    public var isShown = true

    /// One write at `next`; with `every`, one after each such pause until `until`.
    public init(
        _ act: Act, at next: Instant, every: Duration? = nil, until: Instant? = nil, writer: Writer? = nil,
        isShown: Bool = true
    ) {
        self.act = act
        self.next = next
        self.every = every
        self.until = until
        self.writer = writer
        self.isShown = isShown
    }
}

/// Disturbances of a daemon between two of its steps, and their frequency.
public struct Mischief: Sendable {
    /// It is killed before an effect, for example between recording and adding.
    public var killBeforeEffect = 0.0
    /// It is killed between a change and the look at it.
    public var killBeforeReadBack = 0.0
    /// The step at which it is killed, counted from now; the first is 1. A step is an effect, or the look after a
    /// change.
    public var killAtStep: Int?
    /// Another program writes before an effect or a read-back.
    public var strangerBetween = 0.0
    /// An addition collides with another program's addition inside the kernel, and bits are lost.
    public var collision = 0.0
    /// A replacement that the program in the kernel has seen is carried out one step later.
    public var slowWrite = 0.0

    /// No disturbance.
    public init() {}
}
