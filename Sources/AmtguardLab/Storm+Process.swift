import AmtguardCore

// The process: its start, its end, and what the shell does around the guardian.

extension Storm {
    static let scope = Memory.Scope(boot: "lab", namespace: "lab")

    mutating func start() {
        (pace, lines) = ((ground.clock, ground.additions, ground.failures), StormLines())
        see(.configuration(configuration, []))
        see(.watch(ground.watch))
        see(.smbios(sources.smbios[ground.below(sources.smbios.count)]))
        see(.presence(.withAMT))
        see(.choice(.wide))
        see(.started)
        look(.request)
        see(.holds(HoldReading(held: ground.held), .request))
        see(.redrawTable(ground.table, .request))
        see(.ready)
    }

    /// SIGKILL, or the end after a stop, then another process. It has the record, and perhaps what the service manager
    /// keeps: the holds, the table, and the program in the kernel.
    mutating func restart() {
        ground.count(.restart)
        ground.isDead = false
        takeEvents()
        if chance(0.5) {
            ground.held = [:]
            if ground.table.isOwned { ground.table = RedrawReading(.absent) }
        }
        (ground.isShown, ground.isListening, ground.isAsked) = (false, true, false)
        (ground.nextLook, ground.nextAudit, ground.auditEvery, ground.firmwareAt) = (nil, nil, nil, nil)
        ground.seen = nil
        ground.isTouched = true
        if chance(0.3) { ground.write() }
        arm()
        ground.isShown = ground.kernel.program?.log.isEmpty == false
        if ground.isRecordStale || !ground.isRecalled { ground.kernel.list.forgetRecord() }
        ground.isRecordStale = false
        let read = Memory(parsing: ground.remembered.encoded.utf8, scope: Self.scope)
        if read != ground.remembered { violate("the record reads back as another one") }
        // Descriptors may have run out.
        ground.isRecalled = chance(0.9)
        if !ground.isRecalled { ground.kernel.list.forgetRecord() }
        guardian = Guardian(remembering: ground.isRecalled ? ground.remembered : Memory(scope: Self.scope))
        start()
    }

    /// The next process has the program in the kernel, with what that noted, or it has not.
    private mutating func arm() {
        guard chance(0.4) else {
            ground.kernel.program = nil
            return ground.watch = anyWatch()
        }
        ground.watch = Watch(.bpf)
        guard ground.kernel.program == nil else { return }
        ground.kernel.program = SimulatedProgram()
        // Not all writes before it were noted.
        ground.kernel.list.isUncertain = true
        // Room for a few writes, so that a burst loses some.
        if chance(0.5) { ground.kernel.program?.capacity = 2 }
    }

    /// SIGTERM. With `OnStop=release` it gives back what it owns.
    mutating func stop() {
        ground.count(.stop)
        let (failures, writes) = (ground.failures, tally[.writeBetweenSteps])
        see(.stopping)
        look(.readBack)
        for _ in 0..<20 where guardian.isReleasing {
            ground.clock = ground.clock + .milliseconds(20)
            look(.token)
        }
        let isUndisturbed = ground.failures == failures && tally[.writeBetweenSteps] == writes
        if !ground.isDead, isUndisturbed, ground.seen != nil, configuration.onStop == .release,
            configuration.mode != .observe
        {
            ground.count(.release)
            let kept = guardian.memory.ownership.owned.subtracting(guardian.stranded)
            if !kept.isEmpty { violate("keeps \(kept) after OnStop=release") }
        }
        restart()
    }

    /// The record of the predecessor can be read now.
    mutating func recall() {
        guard !ground.isDead, !ground.isRecalled, chance(0.5) else { return }
        ground.count(.lateRecord)
        let late = ground.remembered
        ground.isTouched = true
        see(.record(late))
        guard !ground.isDead else { return }
        ground.isRecalled = true
        ground.remember(guardian.memory)
    }

    /// The state file is written, and the record if that failed before.
    mutating func publish() {
        if ground.isRecordStale { ground.remember(guardian.memory) }
        guard !ground.isDead else { return }
        let problem = ground.isRecordStale ? "/run/amtguard/memory can't be used" : runtimeProblem
        see(.runtimeDirectory(problem: problem))
        // Newly required ports are judged by the look that follows.
        if ground.isRecordStale, guardian.isCurrent, guardian.status.verdict == .protected {
            violate("is content though it can't record what it owns")
        }
    }

    mutating func see(_ observation: Guardian.Observation) {
        guard !ground.isDead else { return }
        ground.count(observation.kind)
        ground.journal?.append("\(ground.clock.sinceBoot) \(observation.kind)")
        guardian.observe(observation, on: &ground)
    }

    mutating func look(_ prompt: Prompt) {
        guard !ground.isDead else { return }
        ground.journal?.append("\(ground.clock.sinceBoot) look, \(prompt)")
        guardian.look(prompt, on: &ground)
    }

    mutating func lookAfterWrite() {
        guard !ground.isDead else { return }
        ground.journal?.append("\(ground.clock.sinceBoot) look, watch \(ground.watch.kind)")
        guardian.lookAfterWrite(on: &ground)
    }
}
