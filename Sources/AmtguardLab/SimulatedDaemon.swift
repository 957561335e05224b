public import AmtguardCore

/// One amtguardd: the shell around the guardian, with the behaviour of the real one.
public struct SimulatedDaemon: Sendable {
    /// An event that it reported, and when.
    public struct Told: Sendable {
        public var at: Instant
        public var event: Event
    }

    /// `nil` while it does not run.
    public internal(set) var guardian: Guardian?
    /// The bytes of the record beside the state file, which a successor reads.
    public internal(set) var record: [UInt8] = []
    public internal(set) var configuration: Configuration
    /// The reports of all its processes.
    public internal(set) var told: [Told] = []
    /// When it added to the list.
    public internal(set) var additions: [Instant] = []
    /// How often it looked at the list.
    public internal(set) var looks = 0
    /// How often it was killed.
    public internal(set) var kills = 0

    let watch: Watch
    /// Whether the watch shows a write that the daemon has not taken yet; whether another program made it; and which
    /// one.
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

    /// The reported events, without their times.
    public var events: [Event] { told.map(\.event) }

    /// The ports that it owns, by its record; none while it does not run.
    public var owned: PortSet { guardian?.memory.ownership.owned ?? PortSet() }

    /// The time of its next look without a prompt.
    var nextTime: Instant? {
        guard guardian != nil else { return nil }
        return [nextAudit, nextLook].compactMap { $0 }.min()
    }

    /// Forgets the events of the watch.
    mutating func forgetEvents() {
        (shown, showsOthers, writers) = (false, false, [])
    }

    /// Ends the process; only the record remains.
    mutating func die() {
        guardian = nil
        forgetEvents()
        listening = true
        (auditEvery, nextAudit, nextLook) = (nil, nil, nil)
    }
}
