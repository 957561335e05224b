import AmtguardCore
import AmtguardLinux
import AmtguardSystemd

/// `--release`: takes out of the list what the last daemon of this boot owned. It is for the removal of the package,
/// after which nobody would do it.
///
/// The same guardian decides as in a daemon that stops with `OnStop=release`: what others changed since is theirs.
struct Release: ~Copyable {
    /// What is owned is still in the list, or nobody knows; one line.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private let configuration: Configuration
    /// Whether there is a record of a daemon of this boot.
    private let isOnRecord: Bool
    private var guardian: Guardian
    private var ground: ReleasingGround

    /// - Throws: `Keepsake.Taken` while a daemon runs: it would add again what is taken out. `Keepsake.Unusable` where
    ///   something is on record, and it can't be known what of it is still true.
    init(_ invocation: Invocation) throws {
        let root = try invocation.openRoot()
        let scope = Memory.Scope.current
        var keepsake = try Keepsake(below: root, creating: false)
        let memory = try keepsake.recall(of: scope)
        ground = ReleasingGround(keepsake)
        isOnRecord = memory != nil
        configuration = invocation.loader.load(below: root).0
        guardian = Guardian(remembering: memory ?? Memory(scope: scope))
    }

    /// Releases the owned ports, and reports which required ports stay. If no daemon ran in this boot, it does nothing.
    ///
    /// - Throws: `Failure` where the record can't be had, or the kernel or other writers did not let it.
    mutating func run() throws(Failure) {
        if let problem = ground.keepsake.problem { throw Failure(description: problem) }
        guard isOnRecord else { return }
        if !guardian.memory.ownership.possible.isEmpty { release() }
        let left = guardian.memory.ownership.possible
        guard case .ports(let list) = ground.read() else {
            guard left.isEmpty else {
                throw Failure(
                    description: "the list can't be read; \(left) may still be reserved. Try again, or reboot")
            }
            return
        }
        guard left.isEmpty else {
            let way = guardian.stranded.isEmpty ? "Try again, or reboot" : "The list is too long to remove them. Reboot"
            throw Failure(description: "\(left) are still reserved. \(way)")
        }
        let staying = configuration.guarded.intersection(list)
        if !staying.isEmpty { ground.teller.tell(Event.staying(staying, list: list).journalEntry) }
    }

    private mutating func release() {
        var configuration = Configuration()
        configuration.onStop = .release
        guardian.observe(.configuration(configuration, []), on: &ground)
        guardian.observe(.stopping, on: &ground)
        guardian.look(.request, on: &ground)
    }
}

/// The list, of which ports are only taken out, and the record.
private struct ReleasingGround: Ground, ~Copyable {
    var list = ListDriver()
    var keepsake: Keepsake
    var teller = Teller()

    init(_ keepsake: consuming Keepsake) {
        self.keepsake = keepsake
    }

    var now: Moment { .now() }

    mutating func read() -> Reading { list.read() }
    mutating func remove(_ ports: PortSet) -> Change { Change(list.remove(ports)) }
    mutating func remember(_ memory: Memory) { keepsake.remember(memory) }

    mutating func report(_ event: Event) {
        // The daemon has said so.
        if case .stopping = event { return }
        teller.tell(event.journalEntry)
    }

    mutating func add(_ ports: PortSet) -> Change { .omitted }
}
