import AmtguardCore
import AmtguardLinux
import AmtguardSystemd
import SystemPackage

// What others ask for: to read the configuration again, to look, to tell, to stop.

extension Daemon {
    /// Reads the configuration again and looks at everything.
    ///
    /// - Returns: What a person should look at.
    @discardableResult
    func reload() -> [ConfigurationProblem] {
        let problems = configure()
        survey(.request)
        lookAround()
        observe(.reloaded)
        publish()
        return problems
    }

    @discardableResult
    func configure() -> [ConfigurationProblem] {
        let (configuration, problems) = loader.load(below: ground.root)
        take(configuration, problems)
        return problems
    }

    func take(_ configuration: Configuration, _ problems: [ConfigurationProblem]) {
        observe(.configuration(configuration, problems))
        // Tries again soon. After that each audit tries; the file that was not read may change the interval of audits.
        if problems.contains(where: \.mayPass) { sources.survey?.arm(after: .seconds(1)) }
    }

    /// Reads the configuration again if descriptors or memory ran out while a file was read. Reports its problems only
    /// if they have changed.
    func readOwedConfiguration() {
        let former = guardian.configurationProblems
        guard former.contains(where: \.mayPass) else { return }
        let (configuration, problems) = loader.load(below: ground.root)
        guard Set(problems) != Set(former) else { return }
        take(configuration, problems)
        observe(.reloaded)
    }

    /// A request, which any user may make. Looks at everything as often as the ration allows, and else at the list, of
    /// which a look that is a tenth of a second old is good enough.
    func check() {
        let start = Instant.now()
        guard ration.allows(at: start) else {
            if !guardian.hasLooked(since: start - .milliseconds(100)) { look(.request) }
            return finish()
        }
        survey(.request)
        lookAround()
        ration.spend(from: start, to: .now())
        publish()
    }

    /// The JSON of `Describe()`. Its look at the list is at most a second old, so that the report is fresh even just
    /// after the host woke up.
    func describe() -> String {
        let now = Moment.now().instant.sinceBoot.microseconds
        if now - status.observed.bootUSec > 1_000_000 {
            check()
            publish()
        }
        let text = described ?? status.json.description
        described = text
        return text
    }

    /// Somebody probed AMT's ports: tells of it, and remembers it in this boot.
    func record(_ result: ProbeResult) {
        observe(.probe(ProbeRecord(result, at: .now())))
        publish()
    }

    /// A signal says that the machine woke up. The clocks show whether that is true. If so, much may have changed,
    /// including the firmware.
    func resume() {
        guard hasSlept() else { return }
        survey(.request)
        lookAround()
        observe(.resumed)
        finish()
    }

    /// Another daemon has the bus name, and no lock says that we were first.
    func giveWay() {
        tell()
        teller.tell(.error, "Another amtguardd guards this host already.")
        loop.exit(1)
    }

    func warn(_ message: String) {
        teller.tell(.warning, message)
    }

    /// Ends the loop, keeping or releasing what is owned.
    func stop() {
        notifier.stopping()
        ground.keepsake.withdrawStatus()
        observe(.stopping)
        look(.readBack)
        // That was the last look: who guards in our absence may begin, and nothing is written down any more.
        ground.keepsake = Keepsake()
        publish()
        face?.flush()
        notifier.settle(within: .milliseconds(500))
        loop.exit()
    }
}
