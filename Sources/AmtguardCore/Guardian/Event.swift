/// An event to report.
public enum Event: Hashable, Sendable {
    /// The daemon guards from now on.
    case started(version: String, watch: Watch)
    /// Ports were added that had not been reserved before.
    case reserved(PortSet, list: PortSet)
    /// The list was overwritten, and has all required ports again.
    case repaired(Repair)
    /// A write would have removed required ports, and a program in the kernel kept them.
    case prevented(Prevention)
    /// Writes can't be judged: those of this writer, or this many that were not recorded. The ports that they left out
    /// stay in the list.
    case unjudged(by: Writer?, lost: Int)
    /// The list was overwritten, and amtguard only observes.
    case overwritten(ObservedOverwrite)
    /// The list is overwritten repeatedly.
    case contested(Contest)
    /// The list is no longer overwritten repeatedly.
    case calmed(Contest)
    /// The list can't be read or written.
    case obstructed(Obstacle)
    /// Owned ports were removed from the list.
    case released(PortSet, list: PortSet)
    /// amtguard owns these ports, and they are no longer required. They stay, because the list is too long to remove
    /// them.
    case stranded(PortSet, list: PortSet)
    /// Another program wrote the list with these ports in it, so amtguard no longer owns them.
    case disowned(PortSet)
    /// The ports that a release leaves in the list, because amtguard does not own them.
    case staying(PortSet, list: PortSet)
    /// The list was changed, and the watch had shown nothing.
    case unseenWrite(found: PortSet)
    /// The state of AMT has changed.
    case amt(AMTState, evidence: [Evidence])
    /// The verdict has changed.
    case verdict(Verdict, from: Verdict?, reasons: [Reason])
    /// These ports are held from now on, or are held in another way.
    case held([Hold], isShared: Bool)
    /// These ports can't be held.
    case unheld([Hold], HoldObstacle)
    /// These ports are no longer held: they are no longer wanted, or the address is no longer the host's.
    case letGo([Hold])
    /// A socket is on a port and an address where AMT cuts it off.
    case victim(Victim)
    /// The victim is gone.
    case victimEnded(Victim)
    /// This many other victims were not reported one by one.
    case victimsUntold(Int)
    /// A translated connection has a port and an address where AMT cuts it off.
    case translatedVictim(TranslatedVictim)
    /// The translated victim is gone.
    case translatedVictimEnded(TranslatedVictim)
    /// The redraw table is in force from now on, with these addresses and ports.
    case redrawing(RedrawTable, isOwned: Bool)
    /// The redraw table is no longer wanted, and is removed.
    case redrawingEnded
    /// Another program deleted or changed the redraw table, this often since the last report. It is in force again.
    case redrawRestored(times: Int)
    /// The redraw table can't be put in force.
    case redrawObstructed(RedrawReading.State)
    /// This many connections were dropped to be redrawn, and this many refused, since the last report.
    case redrawn(UInt64, refused: UInt64)
    /// Something in the configuration needs attention.
    case configuration(ConfigurationProblem)
    /// A user probed AMT's ports.
    case probed(ProbeRecord)
    /// While a command ran, the list was repaired in the daemon's absence.
    case stoodIn(repairs: UInt64, during: String)
    /// The event loop fails; the error.
    case unattended(String)
    /// A file of the runtime directory was deleted or replaced while the daemon ran, and is created again; its path.
    case healed(String)
    /// The daemon stops; these ports stay reserved, `nil` if the list can't be read.
    case stopping(keeping: PortSet?)
}
