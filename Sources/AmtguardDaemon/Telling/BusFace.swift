import AmtguardCore
import AmtguardSystemd

/// `org.amtguard1` on the system bus: the same facts as in the other outputs, for programs.
///
/// There may be no bus, now or for good: then this type does nothing.
final class BusFace {
    static let path = "/org/amtguard1"
    private static let interface = "org.amtguard1.Manager"

    unowned let daemon: Daemon
    private(set) var bus: SystemBus?
    /// Whether it was reported that another program has the name.
    private var isTaken = false

    /// Requests the name. The bus may appear later.
    init(of daemon: Daemon, address: String?) {
        self.daemon = daemon
        let objects = [(path: Self.path, interface: manager), (path: LogControl.path, interface: logControl)]
        bus = try? SystemBus(on: daemon.loop, name: "org.amtguard1", objects: objects, address: address) {
            [unowned self] outcome in
            switch outcome {
            case .acquired: isTaken = false
            // Without the lock, only the name shows whether another daemon runs here.
            case .taken where !daemon.site.isLocked: daemon.giveWay()
            case .taken where isTaken: break
            case .taken:
                isTaken = true
                daemon.warn("The bus name org.amtguard1 belongs to another program; guarding without it.")
            case .failed(let error):
                daemon.warn(
                    "The bus name org.amtguard1 was refused: \(error). Guarding without it. "
                        + "Is org.amtguard1.conf installed, and was the bus reloaded after it (systemctl reload dbus)?")
            }
        }
        let login = "org.freedesktop.login1"
        let sleeps = SignalMatch(
            sender: login, path: "/org/freedesktop/login1", interface: login + ".Manager", member: "PrepareForSleep")
        bus?.subscribe(to: sleeps) { [unowned daemon] signal in
            // True before the sleep, false after it.
            if (try? signal.readBool()) == false { daemon.resume() }
        }
    }

    /// Checks whether there is a bus by now.
    func lookAfterConnection() { bus?.lookAfterConnection() }

    /// Reports what has changed since the last time.
    func announce(_ status: Status, after former: Status?) {
        guard let bus, let former else { return }
        if status.contested != former.contested { emit("ContestedChanged", [.bool(status.contested)]) }
        let changed = Self.facts.filter { $0.value(status) != $0.value(former) }
        if !changed.isEmpty {
            bus.emitChanged(path: Self.path, interface: Self.interface, changed.map(\.name.description))
        }
    }

    /// Emits the signal of an event, if it has one.
    func announce(_ event: Event) {
        switch event {
        case .repaired(let repair):
            emit(
                "Repaired",
                [.string(repair.found.description), .string(repair.restored.description)] + values(of: repair.writer))
        case .prevented(let prevention):
            emit(
                "Prevented",
                [.string(prevention.asked.description), .string(prevention.kept.description)]
                    + values(of: prevention.writer))
        case .verdict(let verdict, _, let reasons):
            emit("VerdictChanged", [.string(verdict.rawValue), .string((reasons.first?.says ?? "").oneLine)])
        default: break
        }
    }

    /// Pid and name; 0 and empty for a writer that the kernel did not name.
    private func values(of writer: Writer?) -> [BusValue] {
        [.uint32(UInt32(clamping: writer?.pid ?? 0)), .string((writer?.command ?? "").oneLine)]
    }

    /// Sends the waiting messages, as far as possible without a long wait.
    func flush() { bus?.flush() }

    private func emit(_ signal: String, _ values: [BusValue]) {
        bus?.emit(signal, path: Self.path, interface: Self.interface, values)
    }
}

// `systemctl service-log-level amtguardd debug`, by org.freedesktop.LogControl1(5).

extension BusFace {
    var logControl: BusInterface {
        let daemon = daemon
        return LogControl.interface(
            level: { [unowned daemon] in daemon.teller.level },
            setLevel: { [unowned daemon] in daemon.teller.level = $0 },
            target: { "auto" }, setTarget: { $0 == "auto" },
            identifier: Teller.identifier)
    }
}
