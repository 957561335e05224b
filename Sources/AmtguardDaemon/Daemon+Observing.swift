import AmtguardCore
import AmtguardLinux
import AmtguardSystemd
import SystemPackage

// Readings in, effects out.

extension Daemon {
    /// Looks at the list, then at everything else that has no event of its own.
    func survey(_ prompt: Prompt) {
        readOwedConfiguration()
        if !ground.list.isComplete || ground.watchSource == nil {
            ground.watchSource = nil
            ground.list.retry()
            observe(.watch(listen()))
        }
        // First the list, so that a repair does not wait for /sys.
        look(prompt)
        lookAfterKeepsake()
        lookAtDevices(readPresence(in: ground.root))
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
        let reading = guardian.look(prompt, on: &ground)
        teller.debug("Looked (\(prompt)): \(reading)")
        settle()
    }

    /// The watch has an event.
    func lookAfterWrite() {
        guardian.lookAfterWrite(on: &ground)
        settle()
    }

    /// Takes an observation to the guardian and carries out what follows.
    func observe(_ observation: Guardian.Observation) {
        guardian.observe(observation, on: &ground)
        settle()
    }

    /// The helper has something to say.
    func listenToAnswer() {
        guard let inquiry = ground.firmware.take() else { return }
        teller.debug("The firmware: \(inquiry.says)")
        observe(.firmware(inquiry))
        // With AMT's address known, others may turn out to be cut off.
        lookAtSockets()
        finish()
    }

    private static var mostUntold: Int { 256 }

    /// What follows for the daemon from the effects that were carried out.
    private func settle() {
        if ground.auditInterval == nil { ignoreNetwork() }
        if ground.outbox.count >= Self.mostUntold { tell() }
    }
}
