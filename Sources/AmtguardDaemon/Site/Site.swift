import AmtguardCore
import AmtguardLinux
import AmtguardSystemd
import Glibc
import SystemPackage

/// One network namespace: the guardian of its list, and the ground on which it guards. Readings in, effects out.
///
/// The list comes first: no other reading delays a repair.
///
/// All looks are here: each combines the guardian, the ground and a watch, and an extension in another file would open
/// the state of all three to the daemon.
final class Site {
    /// The loop's calls into the daemon.
    struct Callbacks {
        /// An audit is due.
        var audit: () -> Void
        /// An event requires a look at everything.
        var survey: () -> Void
        /// Something was observed, and may have to be reported.
        var changed: () -> Void
        /// Another daemon guards here.
        var displaced: () -> Void
    }

    private let loop: EventLoop
    private let teller: Teller
    private(set) var guardian: Guardian
    private var ground: HostGround
    private var callbacks = Callbacks(audit: {}, survey: {}, changed: {}, displaced: {})
    private var surveyTimer: Timer?
    private var interfaces: InterfaceWatch?
    private var engine: EngineWatch?
    private let nat: NATWatch
    /// Limits how often the sockets are read, for any cause.
    private var socketsRation = LookRation()
    /// The SMBIOS structures from the privileged step, until they are read.
    private var smbios: Descriptor?
    /// Whether the service manager has the program in the kernel in its store.
    private let isProgramStored: Bool
    private var slept = Clocks.sleepTime()
    /// Whether no port was required at the last look at the list.
    private var isAtRest = true
    /// Whether `lookAround` has run. Until then nothing may delay the first look at the list.
    private var hasLookedAround = false
    private var displacement = Displacement()

    /// Opens what can be opened. It does not read the list yet, and writes nothing.
    init(below root: consuming RootDirectory, on loop: EventLoop, telling teller: Teller) {
        self.loop = loop
        self.teller = teller
        var holds = HoldDriver()
        var redrawing = RedrawDriver()
        var armed = Arming.receive(holds: &holds, redrawing: &redrawing)
        armed.watch.loadProgram()
        let list = ListDriver(below: root, adopting: armed.list.take(), watchedBy: armed.watch)
        ground = HostGround(below: root, list, holds, redrawing, FirmwareClient(on: loop, telling: teller))
        smbios = armed.smbios.take()
        isProgramStored = armed.isProgramStored
        nat = NATWatch(legacyTables: armed.legacyTables.take(), builtinModules: armed.builtinModules.take(), on: loop)
        guardian = Guardian(remembering: Memory(scope: .current(boot: armed.boot.take())))
    }

    /// The loop calls these from now on.
    func attach(_ callbacks: Callbacks) {
        self.callbacks = callbacks
        surveyTimer = loop.timer("survey", callbacks.survey)
        ground.timers.audit = loop.timer("audit") { [unowned self] in
            ground.arrangeAudit()
            callbacks.audit()
        }
        ground.timers.look = onTimer("look", priority: .urgent) { site in
            if site.ground.hasEvents { site.lookAfterWrite() } else { site.look(.token) }
        }
        ground.timers.keep = onTimer("keep") { site in site.ground.keepSockets() }
        ground.firmware.timer = onTimer("firmware") { site in site.observe(.firmwareDue) }
        ground.onAnswer = { [unowned self] in listenToAnswer() }
        interfaces = InterfaceWatch(on: loop) { [unowned self] in
            lookAtInterfaces()
            callbacks.changed()
        }
        nat.onChange = { [unowned self] in
            lookAtTranslation(.watch)
            callbacks.changed()
        }
        engine = EngineWatch(on: loop, onDevices: { [unowned self] in surveySoon() }) { [unowned self] in
            observe(.deviceChanged)
            surveySoon()
            callbacks.changed()
        }
    }

    private func onTimer(
        _ name: StaticString, priority: EventLoop.Priority = .normal, _ body: @escaping (Site) -> Void
    ) -> Timer {
        loop.timer(name, priority: priority) { [unowned self] in
            body(self)
            callbacks.changed()
        }
    }

    /// Looks at everything a moment later, because dozens of devices appear at boot.
    func surveySoon(after delay: Duration = .milliseconds(100)) { surveyTimer?.arm(after: delay) }

    // MARK: - The start and the end

    /// The slow readings. They are made before the lock is taken.
    func prepare() -> [Guardian.Observation] {
        [.watch(listen()), .smbios(takeSMBIOS()), .presence(readPresence(in: ground.root)), .readChoice()]
    }

    /// Takes the lock, and the record of the last daemon of this boot.
    func open() throws(Keepsake.Taken) {
        try ground.openKeepsake()
        ground.list.guardNow()
        // Without a reader the program would turn each replacement into an addition for ever.
        if isProgramStored, !ground.showsWishes { Arming.forgetProgram() }
        let scope = guardian.memory.scope
        guardian = Guardian(
            remembering: ground.recall(of: scope, telling: teller), ground.keepsake.recallProbe(in: scope))
        observe(.runtimeDirectory(problem: ground.keepsake.problem))
    }

    /// Whether ports have to be added, but this user may not write the list.
    var isRefused: Bool { !guardian.missing(from: PortSet()).isEmpty && ground.list.refusal == .notPermitted }

    /// The first look at the list, and at everything else on which the verdict depends.
    func begin() {
        // Discards the events of earlier writes: the list was not known to be whole then, and the stand-in may have
        // made them.
        guardian.nameWriters(on: &ground)
        look(.request)
        if let presence = guardian.presence { lookAtDevices(presence) }
        lookAtHolds(.request)
    }

    /// Decides what stays in the list, and looks at it once more.
    func end() {
        ground.keepsake.withdrawStatus()
        observe(.stopping)
        look(.readBack)
        // An unjudged write of another program may delay the removal for a moment.
        for _ in 0..<20 where guardian.isReleasing {
            usleep(20_000)
            look(.token)
        }
        // The last look is done. Release the lock, so that the stand-in can guard. Nothing is recorded from here on.
        ground.keepsake = Keepsake()
    }

    // MARK: - Observing

    /// Passes an observation to the guardian and carries out the effects.
    func observe(_ observation: Guardian.Observation) {
        guardian.observe(observation, on: &ground)
        settle()
    }

    func look(_ prompt: Prompt) {
        let reading = guardian.look(prompt, on: &ground)
        teller.debug("Looked (\(prompt)): \(reading)")
        settle()
    }

    private func lookAfterWrite() {
        let reading = guardian.lookAfterWrite(on: &ground)
        teller.debug("Looked (watch): \(reading)")
        settle()
    }

    /// If AMT is impossible, the daemon watches neither addresses nor translation. When that changes, the holds need
    /// the addresses at once.
    private func settle() {
        guard ground.auditInterval != nil else {
            interfaces?.stop()
            nat.stop()
            isAtRest = true
            return
        }
        guard isAtRest else { return }
        isAtRest = false
        if hasLookedAround { lookAround() }
    }

    /// Looks at the list, then at everything else on which the verdict depends and that has no event of its own.
    func survey(_ prompt: Prompt) {
        if !ground.list.isComplete || ground.watchSource == nil {
            ground.watchSource = nil
            ground.retryList()
            observe(.watch(listen()))
        }
        look(prompt)
        lookAfterKeepsake()
        lookAtDevices(readPresence(in: ground.root))
        observe(.readChoice())
        // If these readings changed which ports are required, the look above did not consider that.
        if !guardian.isCurrent { look(.request) }
        lookAtHolds(prompt)
    }

    /// Looks at the host's state around AMT's ports.
    func lookAround() {
        hasLookedAround = true
        // If AMT is impossible, no port is of interest. Then `lookAtSockets` reads nothing and only clears the former
        // result.
        guard ground.auditInterval != nil else {
            // A previous daemon may have left its table.
            if !guardian.hasSeenRedrawTable { lookAtRedrawTable(.request) }
            return lookAtSockets()
        }
        if let interfaces, !interfaces.isOn {
            interfaces.start()
            lookAtInterfaces()
        }
        lookAtTranslation(.request)
        lookAtSockets()
        if hasSlept() { observe(.resumed) }
    }

    /// Whether the machine has slept since the last call.
    func hasSlept() -> Bool {
        let former = slept
        slept = Clocks.sleepTime()
        // The clocks are not read at the same instant.
        guard slept > former + .milliseconds(100) else { return false }
        teller.debug("The machine has slept")
        return true
    }

    // MARK: - What is looked at

    /// Lets writes wake the loop. Returns the watch that now reports them.
    private func listen() -> Watch {
        ground.watchSource = nil
        guard let descriptor = ground.list.watchedDescriptor else { return ground.list.watched }
        do {
            ground.watchSource = try loop.onReadable(descriptor, "watch", priority: .urgent) { [unowned self] in
                lookAfterWrite()
                callbacks.changed()
            }
            return ground.list.watched
        } catch {
            return Watch(.none, shortfall: "the event loop can't wait for it: \(error)")
        }
    }

    /// The SMBIOS structures from the privileged step, if it handed them over: untrusted bytes in sealed memory.
    private func takeSMBIOS() -> SMBIOSReading? {
        guard let memory = smbios.take() else { return nil }
        do {
            return SMBIOSReading(table: try readSealed(memory, atMost: SMBIOSReading.limit))
        } catch {
            teller.tell(
                .warning,
                "The SMBIOS data from amtguardd --arm can't be read: \(error). Restart amtguardd to try again.")
            return nil
        }
    }

    private func lookAtDevices(_ presence: Presence) {
        observe(.presence(presence))
        observe(.wirelessDiverted(readWirelessDiversion(in: ground.root)))
        // The guardian replaces parts that could not be read this time by earlier readings.
        if let presence = guardian.presence { engine?.follow(presence.csmeDevices.first?.name, in: ground.root) }
    }

    private func lookAtInterfaces() {
        interfaces?.drain()
        observe(.readInterfaces())
    }

    private func lookAtHolds(_ prompt: Prompt) {
        if prompt == .audit { ground.holds.clearNotes() }
        ground.keepSockets()
        observe(.holds(ground.holds.reading, prompt))
    }

    /// Reads the rules that translate addresses, and the redraw table.
    private func lookAtTranslation(_ prompt: Prompt) {
        nat.start()
        if let seen = nat.read(publishing: guardian.portsOfInterest) { observe(.translation(seen)) }
        lookAtRedrawTable(prompt)
    }

    private func lookAtRedrawTable(_ prompt: Prompt) {
        observe(.redrawTable(ground.redrawing.read(ifThere: nat.hasNFTables), prompt))
    }

    /// Searches for sockets and translated connections on AMT's ports: a presumed LMS, and the victims.
    private func lookAtSockets() {
        let start = Instant.now()
        guard socketsRation.allows(at: start) else { return }
        observe(.readSockets(on: guardian.portsOfInterest, own: ground.holds.own))
        observe(.readFlows(guardian.flowsOfInterest))
        socketsRation.spend(from: start, to: .now())
    }

    /// The helper has sent something.
    private func listenToAnswer() {
        guard let inquiry = ground.firmware.take() else { return }
        observe(.firmware(inquiry))
        // AMT's address is known now, so more sockets may be victims.
        lookAtSockets()
        callbacks.changed()
    }

    // MARK: - The record

    /// Replaces the state file. Whether it could be written is part of the next status.
    func write(_ status: Status) {
        ground.keepsake.write(status, guardian.memory)
        observe(.runtimeDirectory(problem: ground.keepsake.problem))
    }

    /// Checks that other programs still find the files that the daemon has open. Creates again what was deleted or
    /// replaced.
    private func lookAfterKeepsake() {
        do {
            let mended = try ground.mendKeepsake()
            displacement.end()
            if let former = ground.recallLate(of: guardian.memory.scope) {
                observe(.record(former))
                if ground.keepsake.isRecalled { ground.keepsake.remember(guardian.memory) }
            }
            ground.write(guardian.status, guardian.memory, mended: mended)
            observe(.runtimeDirectory(problem: ground.keepsake.problem))
        } catch {
            yield()
        }
    }

    /// Another process has the lock at the path. If it keeps the lock, it is a daemon: that one guards, and this one
    /// ends.
    private func yield() {
        guard !displacement.hasLasted(HostGround.patience, at: .now()) else { return callbacks.displaced() }
        observe(.runtimeDirectory(problem: "another daemon uses /run/amtguard"))
        surveySoon(after: HostGround.patience)
    }

    // MARK: - For the daemon

    /// Whether the lock shows that no other daemon runs here.
    var isLocked: Bool { ground.isLocked }

    /// Loads the configuration from the files below the root.
    func load(_ reader: ConfigurationReader) -> (Configuration, [ConfigurationProblem]) {
        reader.load(below: ground.root)
    }

    /// Opens a directory below the root.
    func openDirectory(_ path: FilePath) -> Descriptor? { try? ground.root.openDirectory(path) }

    /// Whether the root is not the machine's own.
    var isTree: Bool { ground.root.isTree }

    /// Returns the events that were not reported yet, and forgets them.
    func takeEvents() -> [Event] {
        defer { ground.outbox = [] }
        return ground.outbox
    }

    /// How many events were not reported yet.
    var untold: Int { ground.outbox.count }

    /// Adds an event to report.
    func note(_ event: Event) { ground.outbox.append(event) }
}
