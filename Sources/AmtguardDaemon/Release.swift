import AmtguardCore
import AmtguardLinux
import AmtguardSystemd
import Glibc

/// `--release`: removes from the list what the last daemon of this boot owned, and a redraw table that it left. Used
/// when the package is removed, because later no program would remove them.
///
/// The same guardian decides as in a daemon that stops with `OnStop=release`: ports that other programs changed since
/// are not removed.
struct Release: ~Copyable {
    /// Owned ports are still in the list, or this is unknown; one line.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private let configuration: Configuration
    /// Whether there is a record of a daemon of this boot.
    private let isOnRecord: Bool
    private var guardian: Guardian
    private var ground: ReleasingGround

    /// - Throws: `Keepsake.Taken` while a daemon runs, because it would add the removed ports again.
    ///   `Keepsake.Unusable` if there is a record, but it is unknown which part of it still holds.
    init(_ invocation: Invocation) throws {
        let root = try invocation.openRoot()
        let scope = Memory.Scope.current
        var keepsake = try Keepsake(below: root, creating: false)
        let memory: Memory?
        do {
            memory = try keepsake.recall(of: scope)
        } catch {
            // The table needs no record.
            _ = Self.removeTable()
            throw error
        }
        ground = ReleasingGround(ListDriver(below: root), keepsake)
        isOnRecord = memory != nil
        configuration = invocation.reader.load(below: root).right
        guardian = Guardian(remembering: memory ?? Memory(scope: scope))
    }

    /// Releases the owned ports, and reports which required ports stay. If no daemon ran in this boot, it does nothing.
    ///
    /// - Throws: `Failure` if the record can't be read, or if the kernel or other writers prevented the removal.
    mutating func run() throws(Failure) {
        if let table = Self.removeTable() { throw Failure(description: table) }
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

    /// Removes the redraw table if it has no owner because its daemon was killed. Returns why the table still exists.
    private static func removeTable() -> String? {
        var redrawing = RedrawDriver()
        let reading = redrawing.read(ifThere: TranslationReader().hasNFTables == true)
        switch reading.state {
        case .inForce, .altered:
            guard !reading.isOwned, redrawing.carryOut(.unload).state != .absent else { return nil }
            return
                "the table ip \(RedrawTable.name) is still there. To remove it: nft delete table ip \(RedrawTable.name)"
        case .absent, .foreign, .unknown: return nil
        }
    }

    private mutating func release() {
        var configuration = Configuration()
        configuration.onStop = .release
        guardian.observe(.configuration(configuration, []), on: &ground)
        guardian.observe(.stopping, on: &ground)
        guardian.look(.request, on: &ground)
        // The service manager releases the program in the kernel a moment after the daemon's end. At boot, its children
        // that wait for up to 5 s (Type=idle) have a copy. Until then the program turns each replacement into an
        // addition.
        for _ in 0..<70 where guardian.isReleasing {
            usleep(100_000)
            guardian.look(.request, on: &ground)
        }
    }
}

/// The list, from which ports are only removed, and the record.
private struct ReleasingGround: Ground, ~Copyable {
    var list: ListDriver
    var keepsake: Keepsake
    var teller = Teller()

    init(_ list: consuming ListDriver, _ keepsake: consuming Keepsake) {
        self.list = list
        self.keepsake = keepsake
    }

    var now: Moment { .now() }

    mutating func read() -> Reading { list.read() }
    mutating func remove(_ ports: PortSet) -> Change { Change(list.remove(ports)) }
    mutating func remember(_ memory: Memory) { keepsake.remember(memory) }

    mutating func report(_ event: Event) {
        // The daemon has reported it.
        if case .stopping = event { return }
        teller.tell(event.journalEntry)
    }

    mutating func add(_ ports: PortSet) -> Change { .omitted }
}
