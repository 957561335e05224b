/// The administrator's settings, complete and valid: `amtguard.conf(5)`.
public struct Configuration: Hashable, Sendable {
    /// `Mode=`: when the ports are required.
    public enum Mode: String, CaseIterable, Sendable {
        /// Unless AMT is proven impossible on this machine.
        case auto
        /// On every machine.
        case always
        /// Like `auto`, but amtguard never writes: it only reports.
        case observe
    }

    /// `OnStop=`: what happens to the owned ports when amtguard stops.
    public enum OnStop: String, CaseIterable, Sendable {
        /// They stay reserved, so that a restart leaves no gap.
        case keep
        /// They are removed from the list.
        case release
    }

    /// `Hold=`: whether required ports are held on the addresses that AMT shares.
    public enum HoldPolicy: String, CaseIterable, Sendable {
        /// Intel LMS and ordinary servers, which set SO_REUSEADDR, still bind them.
        case cooperative
        /// No port is held.
        case off
        /// No other program can bind them.
        case strict
    }

    /// `Mode=`
    public var mode = Mode.auto
    /// `Ports=`
    public var ports = PortSet.ofAMT
    /// `ExtraPorts=`, for example 5900 if AMT's KVM port is on.
    public var extraPorts = PortSet()
    /// `OnStop=`
    public var onStop = OnStop.keep
    /// `AuditSec=`: how often to look for changes that no watch shows.
    public var audit = Duration.seconds(30)
    /// `RepairBurst=` and `RepairsPerSec=`
    public var pace = Pace(burst: 100, perSecond: 20)

    /// `RefreshSec=`: how often the firmware is asked again without an event.
    public var refresh = Duration.seconds(3_600)

    /// `Hold=`
    public var hold = HoldPolicy.cooperative
    /// `HoldUDP=`: a UDP hold takes the packets for a server on the wildcard address.
    public var holdsUDP = false

    /// `Redraw=`: whether translated connections are kept off AMT's ports.
    public enum RedrawPolicy: String, CaseIterable, Sendable {
        /// Where AMT shares an address and connections are translated.
        case auto
        /// Where AMT shares an address.
        case yes
        /// Nowhere: amtguard makes no table of nf_tables.
        case no
    }

    /// `Redraw=`
    public var redraw = RedrawPolicy.auto

    /// The defaults.
    public init() {}

    /// The ports that are required unless AMT is impossible here.
    public var guarded: PortSet { ports.union(extraPorts) }
}

/// How often the list may be repaired: a burst at once, then so many per second.
public struct Pace: Hashable, Sendable {
    /// Repairs that may follow each other without a pause.
    public var burst: Int
    /// Repairs per second after the burst.
    public var perSecond: Int

    /// Both at least 1.
    public init(burst: Int, perSecond: Int) {
        precondition(burst > 0 && perSecond > 0, "burst and rate must be at least 1")
        self.burst = burst
        self.perSecond = perSecond
    }
}
