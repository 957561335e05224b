public import AmtguardCore

/// One amtguardd: the shell around the guardian, in the manners of the real one.
public struct SimulatedDaemon: Sendable {
    /// Something it told, and when.
    public struct Told: Sendable {
        public var at: Instant
        public var event: Event
    }

    /// `nil` while it does not run.
    public internal(set) var guardian: Guardian?
    /// The bytes of the record beside the state file: what a successor remembers.
    public internal(set) var record: [UInt8] = []
    public internal(set) var configuration: Configuration
    /// All that every process of it told.
    public internal(set) var told: [Told] = []
    /// When it added to the list.
    public internal(set) var additions: [Instant] = []
    /// How often it looked at the list.
    public internal(set) var looks = 0
    /// How often it was killed.
    public internal(set) var kills = 0

    let watch: Watch
    /// Whether the watch shows a write that the daemon has not taken yet; whether it is another program's; and by whom.
    var shown = false
    var showsOthers = false
    var writers: [Writer] = []
    var listening = true
    var auditEvery: Duration?
    var nextAudit: Instant?
    var nextLook: Instant?

    init(configuration: Configuration, watch: Watch) {
        self.configuration = configuration
        self.watch = watch
    }

    /// The events told, without their times.
    public var events: [Event] { told.map(\.event) }

    /// What it owns, as it would tell; nothing while it does not run.
    public var owned: PortSet { guardian?.memory.ownership.owned ?? PortSet() }

    /// When it looks next without being prompted.
    var nextTime: Instant? {
        guard guardian != nil else { return nil }
        return [nextAudit, nextLook].compactMap { $0 }.min()
    }

    /// The watch has nothing more to show.
    mutating func forgetEvents() {
        (shown, showsOthers, writers) = (false, false, [])
    }

    /// The process is gone, and with it everything but the record.
    mutating func die() {
        guardian = nil
        forgetEvents()
        listening = true
        (auditEvery, nextAudit, nextLook) = (nil, nil, nil)
    }
}
