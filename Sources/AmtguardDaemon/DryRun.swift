import AmtguardCore
import AmtguardLinux
import SystemPackage

/// `--dry-run`: the same readings and the same guardian, and a driver that only says what it would do.
struct DryRun: ~Copyable {
    private let root: RootDirectory
    private var guardian = Guardian(remembering: Memory(scope: .current))

    init(_ invocation: Invocation) throws(Invocation.Misuse) {
        root = try invocation.openRoot()
        let (configuration, problems) = ConfigurationLoader(only: invocation.configuration).load(below: root)
        observe(.configuration(configuration, problems))
    }

    /// Looks once. What it prints is all it does.
    mutating func run() {
        observe(.presence(readPresence(in: root)))
        observe(.choice(try? KernelChoiceReader().read()))
        var driver = ListDriver(adopting: nil)
        let reading = driver.read()
        if case .ports(let ports) = reading {
            say("The list holds \(ports.isEmpty ? "nothing" : ports.abbreviated(to: 200)).")
        }
        observe(.watch(driver.watched))
        observe(.list(reading, .request))
    }

    private mutating func observe(_ observation: Guardian.Observation) {
        for effect in guardian.observe(observation, at: .now()) {
            switch effect {
            case .add(let ports): say("Would add \(ports) to net.ipv4.ip_local_reserved_ports.")
            case .remove(let ports): say("Would take \(ports) out of net.ipv4.ip_local_reserved_ports.")
            case .report(let event): say(event.journalEntry.message)
            case .remember, .look, .watch, .audit: break
            }
        }
    }

    private func say(_ line: String) { print(line, to: .standardOutput) }
}
