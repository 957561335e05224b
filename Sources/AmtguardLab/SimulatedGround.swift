import AmtguardCore

/// The ground of one daemon of a simulated host. Between two of its steps another program may write, or the daemon may
/// be killed.
struct SimulatedGround: Ground {
    /// The host, while the daemon acts.
    var host = SimulatedHost(seed: 0)
    /// The truth at the last look.
    private(set) var seen: SimulatedList?
    private let index: Int

    init(_ index: Int) {
        self.index = index
    }

    private var isAlive: Bool { host.daemons[index].guardian != nil }

    /// Starts another step. Returns whether the daemon is still alive.
    private mutating func step(orKill probability: Double) -> Bool {
        guard isAlive else { return false }
        let mischief = host.mischief
        host.finishWrites()
        if host.random.chance(mischief.strangerBetween) { host.write(host.strangersMove(&host)) }
        if host.random.chance(probability) { host.kill(index) }
        if let steps = mischief.killAtStep {
            host.mischief.killAtStep = steps > 1 ? steps - 1 : nil
            if steps == 1 { host.kill(index) }
        }
        return isAlive
    }

    private mutating func effect(_ body: (inout SimulatedHost) -> Void) {
        if step(orKill: host.mischief.killBeforeEffect) { body(&host) }
    }
}

// MARK: - The list

extension SimulatedGround {
    mutating func read() -> Reading {
        host.daemons[index].looks += 1
        let reading = host.list.look()
        seen = host.list
        return reading
    }

    mutating func add(_ ports: PortSet) -> Change {
        guard step(orKill: host.mischief.killBeforeEffect) else { return .omitted }
        host.daemons[index].additions.append(host.now)
        return change { host in
            guard host.random.chance(host.mischief.collision), case .join(let theirs) = host.strangersMove(&host) else {
                return host.list.add(ports)
            }
            let all = ports.union(theirs).ranges.flatMap { Array($0) }
            let gone = PortSet(merging: all.filter { _ in host.random.chance(0.3) }.map { $0...$0 })
            host.list.collide(ports, losing: gone, with: theirs, losing: gone)
        }
    }

    mutating func remove(_ ports: PortSet) -> Change {
        guard step(orKill: host.mischief.killBeforeEffect) else { return .omitted }
        guard host.program?.admitsReplacement ?? true else { return .refused(.busy) }
        return change { $0.list.remove(ports) }
    }

    /// Changes the list, which every watch shows, or returns the refusal.
    private mutating func change(_ body: (inout SimulatedHost) -> Void) -> Change {
        if let refusal = host.list.refusal { return .refused(refusal) }
        body(&host)
        host.show(from: index)
        return step(orKill: host.mischief.killBeforeReadBack) ? .made : .omitted
    }
}

// MARK: - The watch, and everything else

extension SimulatedGround {
    var now: Moment { Moment(host.now, wallClock: 1_795_377_600 + host.now.sinceBoot.components.seconds) }

    var hasEvents: Bool { isAlive && host.daemons[index].shown }

    mutating func takeWriters() -> [Writer]? {
        let daemon = host.daemons[index]
        guard daemon.watch.kind != .bpf else { return nil }
        host.daemons[index].forgetEvents()
        // inotify does not distinguish the daemon's own writes from others.
        return daemon.showsOthers && daemon.watch.kind.namesWriters ? daemon.writers.suffix(8) : nil
    }

    var showsWishes: Bool { host.daemons[index].watch.kind == .bpf }

    mutating func wishes() -> Wishes? {
        guard isAlive, host.daemons[index].watch.kind == .bpf else { return nil }
        return host.program?.read()
    }

    mutating func settle() {
        effect { [index] host in
            host.program?.settle()
            host.daemons[index].shown = host.program?.log.isEmpty == false
        }
    }

    mutating func prevent(_ isOn: Bool) { effect { $0.program?.prevents = isOn } }

    mutating func watch(_ isOn: Bool) { effect { [index] in $0.daemons[index].listening = isOn } }

    mutating func remember(_ memory: Memory) {
        effect { [index] in $0.daemons[index].record = Array(memory.encoded.utf8) }
    }

    mutating func look(at time: Instant?) {
        guard let time else { return host.daemons[index].nextLook = nil }
        effect { [index] in $0.daemons[index].nextLook = time }
    }

    mutating func audit(every interval: Duration?) {
        effect { [index] host in
            host.daemons[index].auditEvery = interval
            host.daemons[index].nextAudit = interval.map { host.now + $0 }
        }
    }

    mutating func report(_ event: Event) {
        effect { [index] host in host.daemons[index].told.append(SimulatedDaemon.Told(at: host.now, event: event)) }
    }
}
