import AmtguardCore
import AmtguardLinux
import SystemPackage

/// `--dry-run`: the same readings and the same guardian, on a ground that only prints what it would do.
struct DryRun: ~Copyable {
    private let root: RootDirectory
    private var guardian: Guardian
    private var ground: PrintingGround
    private let isConfigured: Bool

    init(_ invocation: Invocation) throws(Invocation.Misuse) {
        root = try invocation.openRoot()
        guardian = Guardian(remembering: Self.recall(below: root))
        ground = PrintingGround(list: ListDriver(below: root))
        let (configuration, problems) = invocation.reader.load(below: root)
        isConfigured = !problems.isRefusal
        observe(.configuration(configuration, problems))
        if !isConfigured { say("The configuration would be refused. At a start only its valid lines apply.") }
    }

    /// The record of a daemon of this boot: it decides which ports would be removed.
    private static func recall(below root: borrowing RootDirectory) -> Memory {
        let bytes = try? RuntimeDirectory(in: root).read("memory", atMost: Record.limit)
        return bytes.flatMap { Memory(parsing: $0, scope: .current) } ?? Memory(scope: .current)
    }

    /// Looks once. It only prints.
    ///
    /// - Returns: Whether a daemon could guard here.
    mutating func run() -> Bool {
        observe(.presence(readPresence(in: root)))
        observe(.choice(try? KernelChoiceReader().read()))
        observe(.watch(ground.list.watched))
        guardian.look(.request, on: &ground)
        observe(.interfaces(try? readInterfaces()))
        observe(.redrawTable(RedrawReading(.absent), .request))
        observe(.translation(TranslationReader().read(publishing: guardian.portsOfInterest)))
        say("Present state: \(guardian.status.here(isWatched: true)).")
        guard let refusal = ground.list.refusal else { return isConfigured }
        say("amtguardd could not guard: \(refusal.says). \(refusal.advice)")
        return false
    }

    private mutating func observe(_ observation: Guardian.Observation) {
        guardian.observe(observation, on: &ground)
    }
}

/// Prints what a daemon would do. It reads the list, and changes nothing.
private struct PrintingGround: Ground, ~Copyable {
    var list: ListDriver

    var now: Moment { .now() }

    mutating func read() -> Reading {
        let reading = list.read()
        if case .ports(let ports) = reading {
            say("The list holds \(ports.isEmpty ? "nothing" : ports.abbreviated(to: 200)).")
        }
        return reading
    }

    mutating func add(_ ports: PortSet) -> Change {
        say("Would add \(ports) to net.ipv4.ip_local_reserved_ports.")
        return .omitted
    }

    mutating func remove(_ ports: PortSet) -> Change {
        say("Would take \(ports) out of net.ipv4.ip_local_reserved_ports.")
        return .omitted
    }

    mutating func hold(_ change: HoldChange) -> HoldReading? {
        if !change.take.isEmpty { say("Would hold \(change.take.brief).") }
        return nil
    }

    mutating func redraw(_ change: RedrawChange) -> RedrawReading? {
        if case .load = change { say("Would put the table ip \(RedrawTable.name) of nf_tables in force.") }
        return nil
    }

    /// The printed verdict is that of a host whose list stays unchanged.
    mutating func report(_ event: Event) {
        if case .verdict = event { return }
        say(event.journalEntry.message)
    }

    mutating func remember(_ memory: Memory) {}
}

private func say(_ line: String) { print(line, to: .standardOutput) }
