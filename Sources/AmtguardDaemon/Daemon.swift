import AmtguardCore
import AmtguardLinux
import AmtguardSystemd
import Glibc
import SystemPackage

/// The long-running daemon: a site that is guarded, a publisher that reports, and the requests of the loop, of signals
/// and of the bus. It does everything in sequence on one thread.
final class Daemon {
    let loop: EventLoop
    let teller: Teller
    let site: Site
    let publisher: Publisher
    let notifier: Notifier
    let reader: ConfigurationReader
    private var watchdog: Watchdog?
    private var signals = Signals()
    /// When a failure of the loop was last reported to the journal.
    private var failedAt: Instant?
    /// Limits how often requests may cause a look at everything.
    var ration = LookRation()

    private struct Signals: ~Copyable {
        var hangUp: EventSource?
        var terminate: EventSource?
        var interrupt: EventSource?
    }

    /// A user without the right to write started the guard. Under a service manager the guard continues, and its status
    /// says so.
    struct NotPermitted: Error, CustomStringConvertible {
        let description =
            "this user may not write \(ReservedPortsList.path). Use systemctl start amtguardd, run it "
            + "with CAP_NET_ADMIN, or use --dry-run, which changes nothing"
    }

    /// Opens what can be opened. It does not read the list yet, and writes nothing.
    init(_ invocation: Invocation) throws {
        teller = Teller()
        loop = try EventLoop()
        notifier = Notifier(on: loop)
        reader = invocation.reader
        site = Site(below: try invocation.openRoot(), on: loop, telling: teller)
        publisher = Publisher(of: site, telling: teller, notifier, on: loop)
    }

    /// Guards until it is asked to stop.
    ///
    /// - Returns: The exit status.
    /// - Throws: `Keepsake.Taken` if another daemon guards already, `NotPermitted`.
    func run() throws -> CInt {
        attach()
        // From the lock to the first look no other process repairs the list, so slow work is done before or after that
        // time.
        let (configuration, problems) = site.load(reader)
        let seen = site.prepare()
        try site.open()
        take(configuration, problems)
        for observation in seen { site.observe(observation) }
        if site.isRefused, !ServiceManager.isSupervised { throw NotPermitted() }
        site.begin()
        publisher.connect(self)
        site.observe(.started)
        publisher.publish()
        notifier.ready(status: publisher.status.line)
        // The reservation is in place, and no process waits for this one any more, so slower readings can follow.
        site.lookAround()
        site.observe(.ready)
        publisher.finish()
        return try loop.run { [unowned self] error in survive(error) }
    }

    private func attach() {
        site.attach(
            Site.Callbacks(
                audit: { [unowned self] in
                    survey(.audit)
                    useWakeUp()
                    publisher.finish()
                },
                survey: { [unowned self] in
                    survey(.request)
                    publisher.finish()
                },
                changed: { [unowned self] in publisher.finish() },
                displaced: { [unowned self] in giveWay() }))
        attachSignals()
        watchdog = Watchdog(on: loop, telling: notifier)
    }

    /// Makes the loop receive the signals that it does not receive yet. Until then a signal ends the process.
    private func attachSignals() {
        do {
            if signals.hangUp == nil {
                signals.hangUp = try loop.onSignal(SIGHUP, "hang-up") { [unowned self] in
                    notifier.reloading()
                    reload()
                    notifier.ready(status: publisher.status.line)
                }
            }
            if signals.terminate == nil {
                signals.terminate = try loop.onSignal(SIGTERM, "terminate") { [unowned self] in stop() }
            }
            if signals.interrupt == nil {
                signals.interrupt = try loop.onSignal(SIGINT, "interrupt") { [unowned self] in stop() }
            }
        } catch {
            teller.debug("Signals wait for the next audit: \(error)")
        }
    }

    /// Work that an audit does because the daemon is awake: it causes no wake-up of its own.
    private func useWakeUp() {
        watchdog?.beat()
        attachSignals()
        publisher.connect(self)
        publisher.lookAfterConnection()
    }

    /// A turn of the loop failed. It may have missed an event, so the daemon looks at the list.
    private func survive(_ error: Errno) {
        let now = Instant.now()
        if failedAt.map({ now - $0 >= .seconds(60) }) ?? true {
            failedAt = now
            site.note(.unattended("\(error)"))
        }
        site.look(.token)
        publisher.tell()
    }
}
