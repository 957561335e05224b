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

    private var keepsake: Keepsake
    private let configuration: Configuration
    /// Whether there is a record of a daemon of this boot.
    private let isOnRecord: Bool
    private var guardian: Guardian
    private var driver = ListDriver()
    private var teller = Teller()

    /// - Throws: `Keepsake.Taken` while a daemon runs: it would add again what is taken out. `Keepsake.Unusable` where
    ///   something is on record, and it can't be known what of it is still true.
    init(_ invocation: Invocation) throws {
        let root = try invocation.openRoot()
        let scope = Memory.Scope.current
        var keepsake = try Keepsake(below: root, creating: false)
        let memory = try keepsake.recall(of: scope)
        self.keepsake = keepsake
        isOnRecord = memory != nil
        configuration = invocation.loader.load(below: root).0
        guardian = Guardian(remembering: memory ?? Memory(scope: scope))
    }

    /// Releases the owned ports, and reports which required ports stay. If no daemon ran in this boot, it does nothing.
    ///
    /// - Throws: `Failure` where the record can't be had, or the kernel or other writers did not let it.
    mutating func run() throws(Failure) {
        if let problem = keepsake.problem { throw Failure(description: problem) }
        guard isOnRecord else { return }
        if !guardian.memory.ownership.possible.isEmpty { release() }
        let left = guardian.memory.ownership.possible
        guard case .ports(let list) = driver.read() else {
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
        if !staying.isEmpty { teller.tell(Event.staying(staying, list: list).journalEntry) }
    }

    private mutating func release() {
        var configuration = Configuration()
        configuration.onStop = .release
        observe(.configuration(configuration, []))
        observe(.stopping)
        observe(.list(driver.read(), .request))
    }

    private mutating func observe(_ observation: Guardian.Observation) {
        for effect in guardian.observe(observation, at: .now()) {
            switch effect {
            case .remember: keepsake.remember(guardian.memory)
            case .remove(let ports):
                // The reading that follows asks for no other removal, so this ends here.
                if let obstacle = driver.remove(ports) {
                    observe(.refused(obstacle))
                } else {
                    observe(.list(driver.read(), .readBack))
                }
            case .report(.stopping): break  // The daemon has said so.
            case .report(let event): teller.tell(event.journalEntry)
            case .add, .look, .watch, .audit, .hold: break
            }
        }
    }
}
