import AmtguardCore
import AmtguardLinux
import AmtguardSystemd
import SystemPackage

/// Reports events and the present state to the journal, the state file, the service manager and the bus. Any of these
/// may fail.
final class Publisher {
    private static let mostUntold = 256
    /// So long after the last event the code is not needed again soon.
    private static let quiet = Duration.seconds(2)

    private let site: Site
    private let teller: Teller
    private let notifier: Notifier
    private let loop: EventLoop
    private var face: BusFace?
    /// The directory of the bus's socket, below `--root`, and the source that reports that it has appeared.
    private var busDirectory: Descriptor?
    private var busArrival: EventSource?
    private var timer: Timer?
    private var rest: Timer?
    private var published: Status?
    private var publishedAt = Duration.zero
    private var eventAt = Duration.zero
    /// The JSON of the published status. It is kept, because it is requested more often than it changes.
    private var described: String?
    private var line = ""

    init(of site: Site, telling teller: Teller, _ notifier: Notifier, on loop: EventLoop) {
        self.site = site
        self.teller = teller
        self.notifier = notifier
        self.loop = loop
        timer = loop.timer("publish", priority: .idle) { [unowned self] in
            tell()
            finish()
        }
        rest = loop.timer("rest", priority: .idle) { ProgramMemory.giveBack() }
    }

    // MARK: - When

    /// Ends a turn of the loop: reports events in a moment, and mere changes of the status at most ten times a second.
    /// While the list is repeatedly overwritten, each repair changes the status; then at most once a second.
    ///
    /// Reporting waits a moment, because the program that wrote the list may wait for this very processor. That program
    /// should run before the reports are made, which take ten times as long as the repair.
    func finish() {
        if site.untold >= Self.mostUntold { tell() }
        let now = Moment.now().instant.sinceBoot
        let pace = published?.contested == true ? Duration.seconds(1) : .milliseconds(100)
        let due = site.untold == 0 ? publishedAt + pace : now + .milliseconds(1)
        if due <= now { publish() } else { timer?.arm(at: due) }
    }

    /// Reports what happened.
    func tell() {
        let events = site.takeEvents()
        // The memory used for reporting is released after a while without events.
        if !events.isEmpty {
            eventAt = Moment.now().instant.sinceBoot
            rest?.arm(after: Self.quiet, accuracy: .seconds(1))
        }
        for event in events {
            teller.tell(event.journalEntry)
            face?.announce(event)
        }
    }

    /// Reports events. If the state has changed, writes it to the state file, the service manager and the bus.
    ///
    /// - Parameter isPaced: Whether the report may wait if only the time of the last look has changed.
    func publish(isPaced: Bool = true) {
        tell()
        let former = published
        var status = site.guardian.status
        guard status != former else { return }
        // Each look changes the time of the last observation of the list, and any user can request a look.
        let pacedUntil = publishedAt + .seconds(1)
        if isPaced, status.differsByTimeAlone(from: former), Moment.now().instant.sinceBoot < pacedUntil {
            timer?.arm(at: pacedUntil)
            return
        }
        publishedAt = Moment.now().instant.sinceBoot
        site.write(status)
        if site.guardian.status != status {
            // A failure to write the state file must be reported too.
            tell()
            status = site.guardian.status
            site.write(status)
        }
        published = status
        described = nil
        if status.line != line {
            line = status.line
            notifier.status(line)
        }
        face?.announce(status, after: former)
        // The second attempt to write may have had another result.
        if site.untold > 0 || site.guardian.status != status { timer?.arm(at: publishedAt + .milliseconds(100)) }
        // An audit that found nothing new has used half of the code. A timer would be one more wake-up for each audit.
        if !status.contested, publishedAt - eventAt > Self.quiet { ProgramMemory.giveBack() }
    }

    // MARK: - What

    /// The status as the bus reports it.
    var status: Status { published ?? site.guardian.status }

    /// The same as JSON, for `Describe()`.
    func describe() -> String {
        let text = described ?? status.json.description
        described = text
        return text
    }

    // MARK: - The bus

    /// Connects to the bus: the machine's own, or that of the tree below `--root`, once it has one.
    func connect(_ daemon: Daemon) {
        guard face == nil else { return }
        var address: String?
        if site.isTree, !SystemBus.isAddressGiven {
            guard let directory = site.openDirectory("/run/dbus") else { return awaitBusDirectory(daemon) }
            address = SystemBus.address(in: directory.fileDescriptor)
            busDirectory = consume directory
            busArrival = nil
        }
        face = BusFace(of: daemon, address: address)
    }

    /// Below `--root` the bus comes with its directory; otherwise libsystemd itself waits for it.
    private func awaitBusDirectory(_ daemon: Daemon) {
        guard let directory = site.openDirectory("/run") else { return }
        let path = FilePath("/proc/self/fd/\(directory.fileDescriptor.rawValue)")
        busArrival = try? loop.onArrival(in: path, "bus-directory") { [unowned self, unowned daemon] in connect(daemon)
        }
    }

    /// Checks whether there is a bus by now.
    func lookAfterConnection() { face?.lookAfterConnection() }

    /// Sends the waiting messages to the bus, as far as possible without a long wait.
    func flush() { face?.flush() }
}
