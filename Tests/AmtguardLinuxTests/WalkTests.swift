import AmtguardCore
import AmtguardLinux
import AmtguardSystemd
import Testing

@testable import AmtguardDaemon
@testable import AmtguardLab

/// The same events reach a guardian on the machine's own ground, with the kernel's list of a private network namespace,
/// and one in virtual time. Both must make the same calls to their ground, in the same order.
@Suite struct `The ground of the daemon and that of the lab` {
    @Test(.enabled(if: isRoot, needsRoot), arguments: [UInt64(1), 2, 3, 4])
    func `are walked in the same steps`(seed: UInt64) throws {
        let (real, simulated) = try inPrivateNetwork {
            let walk = Walk(seed: seed)
            return (try walk.onTheMachine(), try walk.inTheLab())
        }
        #expect(real.count > 500)
        let other = zip(real, simulated).enumerated().first { $0.element.0 != $0.element.1 }
        if let (number, (daemon, lab)) = other {
            Issue.record(
                "note \(number): the daemon \(daemon), and the lab \(lab). Before: \(real[..<number].suffix(8))")
        }
        #expect(real.count == simulated.count)
    }
}

/// The acts of other programs and of a user, and how much time passes before each.
private struct Walk: Sendable {
    enum Step: Sendable {
        case write(PortSet, isReplacing: Bool)
        case audit, request
        case configure(PortSet, Configuration.Mode)
    }

    private var steps: [(step: Step, pause: Duration)] = []

    init(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        func pick<Value>(_ values: Value...) -> Value { values[Int.random(in: 0..<values.count, using: &random)] }
        for _ in 0..<100 {
            let list = pick("", "8080", "623,8080", "5000-5010", "16992-16995", "623,664,16992-16995", "1-70")
            let step: Step =
                switch Int.random(in: 0..<10, using: &random) {
                case 0..<4: .write(PortSet(kernel: list), isReplacing: true)
                case 4..<6: .write(PortSet(kernel: list + ",9090"), isReplacing: false)
                case 6: .audit
                case 7: .request
                default: .configure(PortSet(kernel: pick("", "5900", "5900-5903")), pick(.auto, .auto, .observe))
                }
            steps.append((step, pick(.milliseconds(1), .milliseconds(300), .seconds(5), .seconds(90))))
        }
    }

    func onTheMachine() throws -> [String] {
        try walk(
            on: HostGround(
                below: RootDirectory(), ListDriver(below: RootDirectory()), HoldDriver(), RedrawDriver(),
                FirmwareClient(on: EventLoop(), telling: Teller())))
    }

    func inTheLab() throws -> [String] {
        var ground = SimulatedGround(0)
        ground.host.install()
        ground.host.list = SimulatedList()
        _ = ground.takeWriters()
        return try walk(on: ground)
    }

    private func walk<Inner: WalkedGround & ~Copyable>(on inner: consuming Inner) throws -> [String] {
        var ground = NotingGround(inner)
        var guardian = Guardian(remembering: Memory(scope: Memory.Scope(boot: "b", namespace: "n")))
        guardian.observe(.watch(Watch(.fanotify)), on: &ground)
        guardian.observe(.configuration(Configuration(), []), on: &ground)
        guardian.look(.request, on: &ground)
        for (step, pause) in steps {
            ground.time = ground.time + pause
            ground.notes.append("after \(pause): \(step)")
            switch step {
            case .write(let ports, let isReplacing):
                try ground.inner.strangerWrites(ports, isReplacing: isReplacing)
                if ground.isListening { guardian.lookAfterWrite(on: &ground) }
            case .audit: guardian.look(.audit, on: &ground)
            case .request: guardian.look(.request, on: &ground)
            case .configure(let ports, let mode):
                var configuration = Configuration()
                configuration.extraPorts = ports
                configuration.mode = mode
                guardian.observe(.configuration(configuration, []), on: &ground)
                guardian.look(.request, on: &ground)
            }
            let status = guardian.status
            ground.notes.append("\(status.verdict) \(status.ports.reserved ?? "?") owned \(status.ports.owned)")
        }
        return ground.notes
    }
}

/// A ground on which another program can write.
private protocol WalkedGround: Ground, ~Copyable {
    mutating func strangerWrites(_ ports: PortSet, isReplacing: Bool) throws
}

extension HostGround: WalkedGround {
    /// Written by another process, since the watch recognizes our own writes.
    fileprivate mutating func strangerWrites(_ ports: PortSet, isReplacing: Bool) throws {
        let place = isReplacing ? "" : "oflag=seek_bytes seek=1"
        try shell("printf '%s\\n' '\(ports)' | dd of=\(ReservedPortsList.path) conv=notrunc \(place) 2>/dev/null")
    }
}

extension SimulatedGround: WalkedGround {
    fileprivate mutating func strangerWrites(_ ports: PortSet, isReplacing: Bool) {
        let writer = Writer(pid: 1, command: "dd")
        host.write(isReplacing ? .replace(ports) : .join(ports), by: writer)
    }
}

/// A ground in virtual time that records each call.
private struct NotingGround<Inner: Ground & ~Copyable>: Ground, ~Copyable {
    var inner: Inner
    var time = Instant(sinceBoot: .seconds(100))
    var notes: [String] = []
    private(set) var isListening = true

    init(_ inner: consuming Inner) {
        self.inner = inner
    }

    var now: Moment { Moment(time, wallClock: 1_795_377_600) }
    var hasEvents: Bool { inner.hasEvents }

    mutating func read() -> Reading {
        let reading = inner.read()
        notes.append("reads \(reading)")
        return reading
    }

    mutating func add(_ ports: PortSet) -> Change {
        notes.append("adds \(ports)")
        return inner.add(ports)
    }

    mutating func remove(_ ports: PortSet) -> Change {
        notes.append("removes \(ports)")
        return inner.remove(ports)
    }

    /// The writers differ; whether there was one does not.
    mutating func takeWriters() -> [Writer]? {
        let writers = inner.takeWriters()
        notes.append(writers == nil ? "no writer" : "a writer")
        return writers.map { _ in [Writer(pid: 1, command: "dd")] }
    }

    mutating func watch(_ isOn: Bool) {
        notes.append("watch \(isOn)")
        isListening = isOn
        inner.watch(isOn)
    }

    mutating func remember(_ memory: Memory) {
        notes.append("remembers \(memory.encoded)")
        inner.remember(memory)
    }

    mutating func look(at time: Instant?) { notes.append("look at \(String(describing: time))") }
    mutating func audit(every interval: Duration?) { notes.append("audit \(String(describing: interval))") }
    mutating func report(_ event: Event) { notes.append(event.journalEntry.message) }
}

extension PortSet {
    fileprivate init(kernel text: String) {
        self = (try? PortSet(kernel: Array(text.utf8))) ?? PortSet()
    }
}
