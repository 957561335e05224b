import AmtguardCore
import AmtguardLinux
import AmtguardSystemd
import SystemPackage

/// The shell around the guardian: readings in, effects out, one thing after the other on one thread.
///
/// Whatever is registered with the loop is a property: it would end with its last use otherwise.
final class Daemon {
    let loop: EventLoop
    let root: RootDirectory
    var guardian: Guardian
    var teller: Teller

    let loader: ConfigurationLoader
    /// Where the socket of the bus lies, below `--root`.
    var busDirectory: Descriptor?
    var driver: ListDriver
    var keepsake: Keepsake
    var face: BusFace?
    var watchdog: Watchdog?
    var sources = Sources()
    var audit: Duration?
    var published: Status?
    var publishedAt = Duration.zero
    /// What happened and was not told yet.
    var outbox: [Event] = []
    var line = ""

    /// What the loop calls.
    struct Sources: ~Copyable {
        var watch: EventSource?
        var audit: Timer?
        var look: Timer?
        var survey: Timer?
        var publish: Timer?
        var rest: Timer?
        var hangUp: EventSource?
        var terminate: EventSource?
        var interrupt: EventSource?
        var devices: DeviceMonitor?
        var busDirectory: EventSource?
    }

    /// Opens what can be opened. Nothing is read of the list yet, and nothing is written.
    ///
    /// - Throws: `Keepsake.Taken` where another daemon guards already.
    init(_ invocation: Invocation) throws {
        teller = Teller()
        loop = try EventLoop()
        root = try invocation.openRoot()
        loader = invocation.loader
        keepsake = try Keepsake(below: root)
        driver = ListDriver(adopting: Arming.receive())
        guardian = Guardian(remembering: keepsake.recall(in: .current))
    }

    /// Guards until it is told to stop.
    ///
    /// - Returns: The exit status.
    func run() throws -> CInt {
        try attach()
        configure()
        observe(.watch(driver.watched))
        observe(.runtimeDirectory(problem: keepsake.problem))
        survey(.request)
        observe(.started)
        publish()
        ServiceManager.ready(status: status.line)
        return try loop.run()
    }
}
