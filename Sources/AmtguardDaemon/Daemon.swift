import AmtguardCore
import AmtguardLinux
import AmtguardSystemd
import SystemPackage

/// The shell around the guardian: readings in, effects out, one thing after the other on one thread.
///
/// Whatever is registered with the loop is a property: it would end with its last use otherwise.
final class Daemon {
    let loop: EventLoop
    let notifier: Notifier
    var guardian: Guardian
    var ground: HostGround
    var teller: Teller

    let loader: ConfigurationLoader
    /// Where the socket of the bus lies, below `--root`.
    var busDirectory: Descriptor?
    /// Since when another process has the lock that other programs find.
    var displacedAt: Instant?
    var face: BusFace?
    var watchdog: Watchdog?
    var sources = Sources()
    var published: Status?
    var publishedAt = Duration.zero
    /// Limits how often requests may make it look at everything.
    var ration = LookRation()
    /// Limits how often it looks at the sockets, for any cause.
    var socketsRation = LookRation()
    var line = ""

    /// What SMBIOS says, from the privileged step, until it was read.
    var smbios: Descriptor?
    var network: NetworkWatch?
    var deviceState: DeviceStateWatch?
    var slept = Clocks.sleepTime()
    /// When the journal was last told that the loop fails.
    var failedAt: Instant?
    /// The JSON of the published status. It is kept, because it is requested more often than it changes.
    var described: String?

    /// What the loop calls.
    struct Sources: ~Copyable {
        var survey: Timer?
        var publish: Timer?
        var rest: Timer?
        var hangUp: EventSource?
        var terminate: EventSource?
        var interrupt: EventSource?
        var devices: DeviceMonitor?
        var busDirectory: EventSource?
        var deviceState: EventSource?
        var network: EventSource?
        var interfaces: Timer?
    }

    /// Somebody who may not write tried to guard. Under a service manager the guard goes on, and says so in its status.
    struct NotPermitted: Error, CustomStringConvertible {
        let description =
            "this user may not write \(ReservedPortsList.path). Allowed: systemctl start amtguardd, "
            + "CAP_NET_ADMIN, or --dry-run, which only looks"
    }

    /// Opens what can be opened. Nothing is read of the list yet, and nothing is written.
    init(_ invocation: Invocation) throws {
        teller = Teller()
        loop = try EventLoop()
        notifier = Notifier(on: loop)
        loader = invocation.loader
        var holds = HoldDriver()
        var armed = Arming.receive(holds: &holds)
        ground = HostGround(
            below: try invocation.openRoot(),
            ListDriver(adopting: armed.list.take(), watchedBy: armed.watch.take()), holds, FirmwareClient(on: loop))
        smbios = armed.smbios.take()
        guardian = Guardian(remembering: Memory(scope: .current(boot: armed.boot.take())))
    }

    /// Guards until it is told to stop.
    ///
    /// - Returns: The exit status.
    /// - Throws: `Keepsake.Taken` where another daemon guards already, `NotPermitted`.
    func run() throws -> CInt {
        let watched = attach()
        let (configuration, problems) = loader.load(below: ground.root)
        let presence = readPresence(in: ground.root)
        let seen: [Guardian.Observation] = [
            .watch(watched), .smbios(takeSMBIOS()), .presence(presence), readChoice(),
        ]
        // From the lock to the first look nobody else repairs the list: what takes its time came before, or comes
        // after. A bridge has it for the length of a repair, which on a busy machine may wait for a processor: who gave
        // up early would be started again by the service manager, a second later, and by then the bridge has ended.
        ground.keepsake = try Keepsake(below: ground.root, patience: Self.patience)
        guardian = Guardian(remembering: recall(), ground.keepsake.recallProbe(in: guardian.memory.scope))
        observe(.runtimeDirectory(problem: ground.keepsake.problem))
        take(configuration, problems)
        for observation in seen { observe(observation) }
        let wouldWrite = !guardian.missing(from: PortSet()).isEmpty
        if wouldWrite, !ServiceManager.isSupervised, ground.list.refusal == .notPermitted { throw NotPermitted() }
        // Who wrote before the first look overwrote nothing that we saw whole: it may be the stand-in, which repaired.
        guardian.nameWriters(on: &ground)
        look(.request)
        lookAtDevices(presence)
        lookAtHolds(.request)
        connect()
        observe(.started)
        publish()
        notifier.ready(status: status.line)
        // The reservation stands, and nobody waits for us any more: now there is time to find out more.
        lookAround()
        observe(.ready)
        finish()
        return try loop.run { [unowned self] error in survive(error) }
    }
}
