import Glibc
public import SystemPackage

/// Receives the signals of one service on the system bus, through restarts of the service and of the bus.
///
/// It sends the service no request and never starts it. The owner of the well-known name counts as the service. The bus
/// compares the sender with the owner, and so does this class, since one connection receives the signals of all
/// subscriptions.
public final class BusListener {
    /// Whether the service is on the bus.
    public enum Presence: Hashable, Sendable {
        /// It has its name on the bus: from now on its signals are received.
        case present
        /// There is a bus, and no process has the name.
        case absent
        /// There is no bus, or it does not answer.
        case noBus
    }

    /// How long a bus may take for its first answer before it counts as missing.
    static let patience: Duration = .seconds(3)

    private let service: String
    private let bus: SystemBus
    private let onPresence: (Presence) -> Void
    private var presence: Presence?
    /// The unique name of the service.
    private var owner: String?
    private var timer: Timer?

    /// Starts to listen. Nothing is called before the loop runs.
    ///
    /// - Parameters:
    ///   - service: a well-known name.
    ///   - signals: the signals of the service; their sender is set to it.
    ///   - address: nil for DBUS_SYSTEM_BUS_ADDRESS, or else the system bus.
    ///   - onPresence: called whenever the presence has changed; `present` again if another process took over the name.
    ///   - onLoss: called when signals were lost, because there were too many in a second.
    ///   - onSignal: called for each signal of the present owner.
    public init(
        to service: String, _ signals: [SignalMatch], on loop: EventLoop, address: String? = nil,
        onPresence: @escaping (Presence) -> Void, onLoss: @escaping () -> Void = {},
        onSignal: @escaping (BusMessage) -> Void
    ) throws(Errno) {
        self.service = service
        self.onPresence = onPresence
        bus = try SystemBus(on: loop, name: nil, address: address)
        timer = loop.timer("bus-listener") { [weak self] in self?.lookAgain() }
        bus.onSignalsLost = onLoss
        bus.subscribe(to: .connected) { [weak self] _ in self?.askForOwner() }
        bus.subscribe(to: .disconnected) { [weak self] _ in self?.take(owner: nil, .noBus) }
        bus.subscribe(to: .ownerChanged(of: service)) { [weak self] signal in self?.ownerChanged(signal) }
        for var match in signals {
            match.sender = service
            bus.subscribe(to: match) { [weak self] signal in
                guard let self, let owner = self.owner, signal.sender == owner else { return }
                onSignal(signal)
            }
        }
        timer?.arm(after: bus.hasConnection ? Self.patience : .zero)
    }

    /// The timer fires: no bus has answered. `SystemBus` continues to try.
    private func lookAgain() {
        guard bus.isConnected else { return take(owner: nil, .noBus) }
        askForOwner()
    }

    /// The bus answers this after it has processed the matches that were sent before, so no signal is missed in
    /// between.
    ///
    /// The corresponding method of the bus is `GetNameOwner`.
    private func askForOwner() {
        let bus = "org.freedesktop.DBus"
        self.bus.connection?.call(bus, "/org/freedesktop/DBus", bus, "GetNameOwner", [.string(service)]) {
            [weak self] reply in
            // Without a reply the connection has ended, and `disconnected` handles that.
            guard let self, let reply else { return }
            switch (reply.error?.name, try? reply.readString()) {
            case (nil, let owner?): take(owner: owner, .present)
            case ("org.freedesktop.DBus.Error.NameHasNoOwner", _): take(owner: nil, .absent)
            default:
                // The bus hangs. The call took five seconds, so this is no busy loop.
                take(owner: nil, .noBus)
                timer?.arm(after: Self.patience)
            }
        }
    }

    private func ownerChanged(_ signal: BusMessage) {
        // Any process can name its signal NameOwnerChanged, but no process can take the bus's own name.
        guard signal.sender == "org.freedesktop.DBus", (try? signal.readString()) == service,
            (try? signal.readString()) != nil, let new = try? signal.readString()
        else { return }
        take(owner: new.isEmpty ? nil : new, new.isEmpty ? .absent : .present)
    }

    private func take(owner: String?, _ presence: Presence) {
        timer?.disarm()
        guard presence != self.presence || owner != self.owner else { return }
        (self.owner, self.presence) = (owner, presence)
        onPresence(presence)
    }
}
