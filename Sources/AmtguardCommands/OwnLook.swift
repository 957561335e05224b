import AmtguardCore
import AmtguardLinux
import SystemPackage

/// The first report of a guardian on a ground that changes nothing: for a host without a daemon.
///
/// The order is that of `amtguardd --dry-run`, which prints what it would do.
struct OwnLook {
    private var guardian = Guardian(remembering: Memory(scope: .init(boot: "", namespace: "")))
    private var ground = LookingGround()

    /// Looks once.
    ///
    /// - Parameter root: The tree with /sys and the configuration. If it can't be opened, nothing of it is read.
    static func status(below root: FilePath?) -> Status {
        guard let root = try? RootDirectory(path: root) else { return blank }
        var look = OwnLook()
        let (configuration, problems) = ConfigurationReader(forDaemon: true).load(below: root)
        look.observe(.configuration(configuration, problems))
        look.observe(.presence(readPresence(in: root)))
        look.observe(.choice(try? KernelChoiceReader().read()))
        // Assumes the watch that a daemon would have, so that no reason says that it is missing: the daemon itself is
        // missing.
        look.observe(.watch(Watch(.fanotify)))
        look.guardian.look(.request, on: &look.ground)
        look.observe(.interfaces(try? readInterfaces()))
        look.observe(.sockets(try? readSockets(on: look.guardian.portsOfInterest, includingBound: true)))
        look.observe(.redrawTable(RedrawReading(.absent), .request))
        look.observe(.translation(TranslationReader().read(publishing: look.guardian.portsOfInterest)))
        return look.guardian.status
    }

    /// Nothing was looked at.
    static var blank: Status { OwnLook().guardian.status }

    private mutating func observe(_ observation: Guardian.Observation) {
        guardian.observe(observation, on: &ground)
    }
}

/// Reads the list of the kernel, and changes nothing.
private struct LookingGround: Ground {
    var now: Moment { .now() }

    mutating func read() -> Reading {
        do {
            var list = try ReservedPortsList()
            guard try list.isKernels else { return .obstacle(.covered) }
            return .ports(try list.read())
        } catch {
            return .obstacle(.failed("\(error)"))
        }
    }

    mutating func add(_ ports: PortSet) -> Change { .omitted }
    mutating func remove(_ ports: PortSet) -> Change { .omitted }
    mutating func remember(_ memory: Memory) {}
    mutating func report(_ event: Event) {}
}
