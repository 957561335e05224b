import AmtguardCore
import AmtguardLinux
import AmtguardSystemd
import SystemPackage

// Readings in, effects out.

extension Daemon {
    /// Looks at everything that has no event of its own, and at the list.
    func survey(_ prompt: Prompt) {
        readOwedConfiguration()
        if !driver.isComplete {
            sources.watch = nil
            driver.retry()
            observe(.watch(driver.watched))
            listen()
        }
        lookAtDevices(readPresence(in: root))
        observe(.choice(try? KernelChoiceReader().read()))
        look(prompt)
        lookAtHolds(prompt)
    }

    /// What is done at an audit because we are awake: it costs no wake-up of its own.
    func useWakeUp() {
        watchdog?.beat()
        connect()
        face?.lookAfterConnection()
    }

    func look(_ prompt: Prompt) {
        let reading = driver.read()
        observe(.list(reading, prompt))
        teller.debug("Looked (\(prompt)): \(reading)")
    }

    private static var mostRounds: Int { 16 }
    private static var mostUntold: Int { 256 }

    /// Takes an observation to the guardian and does what it says, and so on until it has nothing more to say.
    func observe(_ first: Guardian.Observation) {
        var next: Guardian.Observation? = first
        // A list that never shows what was added (a file was mounted over it) must not keep the loop busy.
        for _ in 0..<Self.mostRounds {
            guard let observation = next else { return }
            next = nil
            for effect in guardian.observe(observation, at: .now()) {
                if let outcome = perform(effect) { next = outcome }
            }
        }
        if next != nil { sources.look?.arm(after: .milliseconds(1)) }
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
        for writer in driver.writers() { observe(.writer(writer)) }
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
