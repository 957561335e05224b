import AmtguardCore

// What a storm lets happen.

extension Storm {
    mutating func happen() {
        switch ground.below(200) {
        case 0..<50: ground.write()
        case 50..<90: pass()
        case 90..<97: look(.request)
        case 97..<98: stop()
        case 98..<109: jump()
        case 109..<117: observePresence()
        case 117..<133: observeFirmware()
        case 133..<145: observeInterfaces()
        case 145..<155: observeTranslation()
        case 155..<165: observeSockets()
        case 165..<172: configure()
        case 172..<177: observeChoice()
        case 177..<181: changeWatch()
        case 181..<183: restart()
        case 183..<185: see(.deviceChanged)
        case 185..<187: see(.resumed)
        case 187..<190: publishOtherwise()
        case 190..<192: loseHolds()
        case 192..<195: alterTable()
        case 195..<197: see(.wirelessDiverted(chance(0.3) ? nil : chance(0.5)))
        case 197..<198: see(.smbios(sources.smbios[ground.below(sources.smbios.count)]))
        case 198..<199: probe()
        default: survey()
        }
    }

    /// Time passes, up to what the guardian has arranged.
    private mutating func pass() {
        let arranged = [ground.nextLook, ground.nextAudit, ground.firmwareAt].compactMap { $0 }.min()
        let next = ground.clock + .milliseconds(1 + ground.below(chance(0.3) ? 50 : 5_000))
        guard let arranged, arranged <= next else { return ground.clock = next }
        ground.clock = max(ground.clock, arranged)
        if let look = ground.nextLook, look <= ground.clock {
            ground.nextLook = nil
            self.look(.token)
        } else if let due = ground.firmwareAt, due <= ground.clock {
            ground.firmwareAt = nil
            see(.firmwareDue)
        } else {
            audit()
        }
    }

    /// What the daemon looks at when an audit is due.
    mutating func audit() {
        ground.nextAudit = ground.auditEvery.map { ground.clock + $0 }
        look(.audit)
        recall()
        if !guardian.isCurrent { look(.request) }
        see(.holds(HoldReading(held: ground.held), .audit))
        see(.redrawTable(ground.table, .audit))
        publish()
    }

    /// The machine sleeps, or the administrator sets the wall clock.
    private mutating func jump() {
        if chance(0.5) {
            ground.count(.sleep)
            ground.clock = ground.clock + .seconds(ground.below(100_000))
        } else {
            ground.count(.clockSet)
            ground.epoch += Int64(ground.below(2_000_000)) - 1_000_000
        }
    }

    /// SIGHUP: the files are read again, and everything is looked at.
    private mutating func configure() {
        var configuration = anyConfiguration()
        guard chance(0.8) else {
            // It is not accepted, so it must not be obeyed.
            see(.configuration(configuration, StormSources.refused))
            return survey()
        }
        if configuration.mode == self.configuration.mode, chance(0.2) { configuration = self.configuration }
        ground.count(configuration.mode == .observe ? .observing : .reload)
        accept(configuration, chance(0.2) ? StormSources.warned : [])
        survey()
    }

    mutating func accept(_ configuration: Configuration, _ problems: [ConfigurationProblem] = []) {
        // Another mode begins another series of overwrites.
        if configuration.mode != self.configuration.mode { lines = StormLines() }
        self.configuration = configuration
        pace = (ground.clock, ground.additions, ground.failures)
        see(.configuration(configuration, problems))
    }

    private mutating func survey() {
        look(.request)
        recall()
        see(.holds(HoldReading(held: ground.held), .request))
        see(.redrawTable(ground.table, .request))
        see(.reloaded)
        publish()
    }

    /// All keys, each with several values.
    mutating func anyConfiguration() -> Configuration {
        var configuration = Configuration()
        let draw = ground.random.next()
        func pick<Value>(_ shift: UInt64, _ values: Value...) -> Value {
            values[Int(truncatingIfNeeded: draw >> shift & 0xFF) % values.count]
        }
        configuration.mode = pick(0, .auto, .always, .observe)
        configuration.onStop = pick(8, .keep, .release)
        configuration.ports = pick(16, .ofAMT, .ofAMT, .ofAMT, PortSet(16_992...16_995))
        configuration.extraPorts = pick(20, PortSet(), PortSet(), PortSet(5_900...5_901))
        configuration.audit = pick(24, .seconds(30), .seconds(30), .milliseconds(100), .seconds(3_600))
        let plain = Pace(burst: 100, perSecond: 20)
        configuration.pace = pick(
            32, plain, plain, Pace(burst: 1, perSecond: 1), Pace(burst: 5, perSecond: 2),
            Pace(burst: 1_000_000, perSecond: 100_000))
        configuration.refresh = pick(40, .seconds(3_600), .seconds(60))
        configuration.hold = pick(44, .cooperative, .cooperative, .strict, .off)
        configuration.holdsUDP = pick(48, false, false, true)
        configuration.redraw = pick(56, .auto, .auto, .yes, .no)
        return configuration
    }

    /// The watch can't be kept, or a better one is found.
    private mutating func changeWatch() {
        // The program in the kernel stays as long as the process.
        guard ground.watch.kind != .bpf else { return see(.watch(ground.watch)) }
        ground.watch = anyWatch()
        (ground.isShown, ground.isListening) = (false, true)  // The events of the former watch are gone.
        see(.watch(ground.watch))
    }

    mutating func anyWatch() -> Watch {
        switch ground.below(4) {
        case 0: Watch(.fanotify)
        case 1: Watch(.fanotify, isPidOnly: true, shortfall: "fanotify: Invalid argument")
        case 2: Watch(.inotify, shortfall: "fanotify: Operation not permitted")
        default: Watch(.none, shortfall: "inotify: Too many open files")
        }
    }

    private mutating func publishOtherwise() {
        runtimeProblem = chance(0.5) ? "/run/amtguard/state.json can't be used: No space left on device" : nil
        publish()
    }

    /// The sockets are gone: the service manager lost them, or descriptors ran out.
    private mutating func loseHolds() {
        ground.count(.lostHold)
        for hold in ground.held.keys.sorted() where chance(0.5) { ground.held[hold] = nil }
        see(.holds(HoldReading(held: ground.held), .audit))
    }

    /// Another program flushes all rules, or changes the table; or connections come to the table.
    private mutating func alterTable() {
        if ground.table.table != nil, chance(0.5) {
            ground.table.redrawn += UInt64(ground.below(3))
            ground.table.refused += UInt64(ground.below(2))
        } else {
            ground.count(.alteredTable)
            let states: [RedrawReading.State] = [.absent, .altered, .foreign(owner: "firewalld"), .foreign(owner: nil)]
            ground.table = RedrawReading(states[ground.below(states.count)])
        }
        see(.redrawTable(ground.table, chance(0.5) ? .audit : .watch))
    }

    private mutating func probe() {
        guard let result = sources.probes.randomElement(using: &ground.random) else { return }
        see(.probe(ProbeRecord(result, at: ground.now)))
    }

    mutating func chance(_ probability: Double) -> Bool { ground.random.chance(probability) }
}

extension StormGround {
    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }
}
