import AmtguardCore
import AmtguardLinux
import AmtguardSystemd
import SystemPackage

// Readings in, effects out.

extension Daemon {
    /// Looks at the list, then at everything else that has no event of its own.
    func survey(_ prompt: Prompt) {
        readOwedConfiguration()
        if !driver.isComplete || sources.watch == nil {
            sources.watch = nil
            driver.retry()
            observe(.watch(listen()))
        }
        // First the list, so that a repair does not wait for /sys.
        look(prompt)
        lookAfterKeepsake()
        lookAtDevices(readPresence(in: root))
        observe(readChoice())
        // If these readings changed which ports are required, the look above did not consider that.
        if !guardian.isCurrent { look(.request) }
        lookAtHolds(prompt)
    }

    /// Which ports the kernel may choose, or why that can't be read.
    func readChoice() -> Guardian.Observation {
        do {
            return .choice(try KernelChoiceReader().read())
        } catch {
            return .choice(nil, ReadingFailure(error))
        }
    }

    /// What is done at an audit because we are awake: it costs no wake-up of its own.
    func useWakeUp() {
        watchdog?.beat()
        attachSignals()
        connect()
        face?.lookAfterConnection()
    }

    func look(_ prompt: Prompt) {
        // This look replaces one that was scheduled. It schedules another one if that is still needed.
        sources.look?.disarm()
        let reading = driver.read()
        // Asks the watch after the reading. If the reading shows a write and the watch has an event by now, the write
        // was not unseen.
        if prompt != .watch, driver.hasEvents { observe(.written(by: [])) }
        observe(.list(reading, prompt))
        teller.debug("Looked (\(prompt)): \(reading)")
    }

    /// The watch has an event. Looks at the list first, and then asks who wrote it.
    func lookAfterWrite() {
        look(.watch)
        // After a repair the writers are named already.
        guard driver.hasEvents else { return }
        // The event may be of a write that came after that look. So another look follows after it is drained.
        nameWriters()
        look(.readBack)
    }

    private static var mostRounds: Int { 16 }
    private static var mostUntold: Int { 256 }

    /// Takes an observation to the guardian and does what it says, and so on until it has nothing more to say.
    func observe(_ first: Guardian.Observation) {
        var due = [first]
        // A list that never shows what was added (a file was mounted over it) must not keep the loop busy.
        for _ in 0..<Self.mostRounds {
            guard !due.isEmpty else { return }
            for effect in guardian.observe(due.removeFirst(), at: .now()) {
                if let outcome = perform(effect) { due.append(outcome) }
            }
        }
        if !due.isEmpty { sources.look?.arm(after: .milliseconds(1)) }
    }

    /// Carries out one effect; what comes of it is the next thing to observe.
    func perform(_ effect: Effect) -> Guardian.Observation? {
        switch effect {
        case .remember: keepsake.remember(guardian.memory)
        case .add(let ports): return outcome(of: driver.add(ports))
        case .remove(let ports): return outcome(of: driver.remove(ports))
        case .look(let time): sources.look?.arm(at: time.sinceBoot)
        case .watch(let on): sources.watch?.setEnabled(on)
        case .audit(let interval):
            audit = interval
            arrangeAudit()
        case .hold(let change):
            holds.carryOut(change)
            keepHolds()
            return .holds(holds.reading, .readBack)
        case .report(let event):
            outbox.append(event)
            if outbox.count >= Self.mostUntold { tell() }
        }
        return nil
    }

    func outcome(of obstacle: Obstacle?) -> Guardian.Observation {
        if let obstacle { return .refused(obstacle) }
        nameWriters()
        return .list(driver.read(), .readBack)
    }

    /// Only now, with the list whole again, there is time to find out who wrote it.
    func nameWriters() {
        if let writers = driver.drain() { observe(.written(by: writers)) }
    }

    func arrangeAudit() {
        guard let audit else {
            sources.audit?.disarm()
            ignoreNetwork()
            return
        }
        sources.audit?.arm(after: audit, accuracy: audit / 20)
    }
}
