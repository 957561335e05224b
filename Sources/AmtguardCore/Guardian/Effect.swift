/// One action of the daemon. It carries out several in the order in which they are returned.
public enum Effect: Hashable, Sendable {
    /// Record `Guardian.memory`, before the next effect.
    case remember
    /// Add these ports to the list, then look again.
    case add(PortSet)
    /// Remove these ports from the list, then look again.
    case remove(PortSet)
    /// Look at the list at this time. An earlier look cancels this one, and arranges another if one is still needed.
    case look(at: Instant)
    /// Forget the writes that the watch has shown: they are judged, and the outcome is recorded.
    case settle
    /// Make the watch keep required ports in the list when other programs replace it, or only show writes.
    case prevent(Bool)
    /// Wake for events of the watch, or ignore them while the bucket is empty.
    case watch(Bool)
    /// Audit this often from now on; `nil` for never.
    case audit(every: Duration?)
    /// Release holds and take others, then report what is held.
    case hold(HoldChange)
    /// Change the redraw table, then report what the kernel shows of it.
    case redraw(RedrawChange)
    /// Connect to the helper that asks the firmware.
    case askFirmware
    /// Close the connection to the helper: the answer takes too long.
    case abandonQuestion
    /// Observe `firmwareDue` at this time, instead of at the time arranged before; `nil` for never.
    case wakeForFirmware(at: Instant?)
    /// Record the last probe.
    case rememberProbe(ProbeRecord)
    /// Report to the journal and the bus.
    case report(Event)
}

extension Effect {
    /// Whether it changes the list, so that another look follows.
    var isChange: Bool {
        switch self {
        case .add, .remove: true
        case .remember, .look, .settle, .prevent, .watch, .audit, .hold, .redraw, .askFirmware, .abandonQuestion,
            .wakeForFirmware,
            .rememberProbe, .report:
            false
        }
    }
}

/// What made the daemon look at the list.
public enum Prompt: Hashable, Sendable {
    /// The watch showed a write.
    case watch
    /// An audit was due, and the watch had shown nothing.
    case audit
    /// A request: the start, SIGHUP, `Check()`, a resume.
    case request
    /// amtguard's own change, to see its outcome.
    case readBack
    /// A look that was arranged with `Effect.look(at:)`.
    case token
}

/// One look at the list.
public enum Reading: Hashable, Sendable, CustomStringConvertible {
    /// The list, which may be empty.
    case ports(PortSet)
    /// Why the list can't be read.
    case obstacle(Obstacle)

    public var description: String {
        switch self {
        case .ports(let ports): ports.brief
        case .obstacle(let obstacle): obstacle.says
        }
    }
}
