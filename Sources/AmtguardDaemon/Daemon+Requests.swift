import AmtguardCore
import AmtguardLinux
import AmtguardSystemd

// Requests from outside: to read the configuration again, to look, to report, to stop.

extension Daemon {
    /// Looks at everything.
    func survey(_ prompt: Prompt) {
        readOwedConfiguration()
        site.survey(prompt)
        site.lookAround()
    }

    /// Reads the configuration again and looks at everything.
    ///
    /// - Returns: The problems that a person should look at.
    @discardableResult
    func reload() -> [ConfigurationProblem] {
        let (configuration, problems) = site.load(reader)
        take(configuration, problems)
        survey(.request)
        site.observe(.reloaded)
        publisher.publish()
        return problems
    }

    func take(_ configuration: Configuration, _ problems: [ConfigurationProblem]) {
        site.observe(.configuration(configuration, problems))
        // Tries again soon. After that each audit tries; the file that was not read may change the audit interval.
        if problems.contains(where: \.mayPass) { site.surveySoon(after: .seconds(1)) }
    }

    /// Reads the configuration again if descriptors or memory ran out while a file was read. Reports its problems only
    /// if they have changed.
    private func readOwedConfiguration() {
        let former = site.guardian.configurationProblems
        guard former.contains(where: \.mayPass) else { return }
        let (configuration, problems) = site.load(reader)
        guard Set(problems) != Set(former) else { return }
        take(configuration, problems)
        site.observe(.reloaded)
    }

    /// A request, which any user may make. Looks at everything if the ration allows it, otherwise only at the list; a
    /// look at the list within the last tenth of a second counts.
    func check() {
        let start = Instant.now()
        guard ration.allows(at: start) else {
            if !site.guardian.hasLooked(since: start - .milliseconds(100)) { site.look(.request) }
            return publisher.finish()
        }
        survey(.request)
        ration.spend(from: start, to: .now())
        publisher.publish()
    }

    /// The JSON of `Describe()`. Its look at the list is at most a second old, so that the report is fresh even just
    /// after the host woke up.
    func describe() -> String {
        let now = Moment.now().instant.sinceBoot.microseconds
        if now - publisher.status.observed.bootUSec > 1_000_000 {
            check()
            publisher.publish(isPaced: false)
        }
        return publisher.describe()
    }

    /// A user probed AMT's ports: reports it, and remembers it in this boot.
    func record(_ result: ProbeResult) {
        site.observe(.probe(ProbeRecord(result, at: .now())))
        publisher.publish()
    }

    /// A signal says that the machine woke up. The clocks show whether that is true. If so, much may have changed,
    /// including the firmware.
    func resume() {
        guard site.hasSlept() else { return }
        survey(.request)
        site.observe(.resumed)
        publisher.finish()
    }

    /// Another daemon has the lock or, if there is no lock, the bus name.
    func giveWay() {
        publisher.tell()
        teller.tell(.error, "Another amtguardd guards this host already.")
        loop.exit(1)
    }

    func warn(_ message: String) {
        teller.tell(.warning, message)
    }

    /// Ends the loop, keeping or releasing what is owned.
    func stop() {
        notifier.stopping()
        site.end()
        publisher.publish()
        publisher.flush()
        notifier.settle(within: .milliseconds(500))
        loop.exit()
    }
}
