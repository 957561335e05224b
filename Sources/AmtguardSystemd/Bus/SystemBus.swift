import CSystemd
import Glibc
public import SystemPackage

/// A lasting connection to the system bus: objects, a name and subscriptions, which each new connection gets again.
///
/// The bus may start late, die and return, or never start. Nothing here blocks for it, and what is sent without a bus
/// is lost.
public final class SystemBus {
    /// The result of the request for the name, once per connection.
    public enum NameOutcome: Hashable, Sendable {
        /// The name is ours until the connection ends.
        case acquired
        /// Another process has it. Each `lookAfterConnection` requests it again.
        case taken
        /// The bus refused, for example with `.permissionDenied` by its policy.
        case failed(Errno)
    }

    /// The pause before the second connection. It doubles with each further one.
    private static let shortestPause: Duration = .milliseconds(250)
    /// The longest pause. A connection that lived this long resets the pause, and a connection that did not become
    /// ready within this time is replaced.
    private static let longestPause: Duration = .seconds(30)
    /// How long the bus may stop reading before this program connects again.
    private static let cloggedPatience: Duration = .seconds(10)
    /// How long a bus may need to notice that our former connection ended; until then the name is requested again. A
    /// bus that was clogged needs about a second.
    private static let takenPatience: Duration = .seconds(10)
    private static let takenPause: Duration = .seconds(1)

    private let loop: EventLoop
    private let address: BusAddress
    private let name: String?
    private let onName: (NameOutcome) -> Void
    private let objects: [BusObject]
    /// Called when signals to which we subscribed are dropped, because too many come in a second.
    public var onSignalsLost: () -> Void = {}
    private var subscriptions: [Subscription] = []
    private var established: [BusSubscription] = []
    private var timer: Timer?
    private var arrival: EventSource?
    private var outcome: NameOutcome?
    private var pause = SystemBus.shortestPause
    private var readySince: Duration?
    private var cloggedSince: Duration?
    private var takenSince: Duration?
    private var hasOwned = false
    /// The connection is dead or useless, and the timer that replaces it is running.
    private var isDoomed = false
    private(set) var connection: Bus?

    private typealias Subscription = (signals: SignalMatch, body: (BusMessage) -> Void)

    /// Connects, and reconnects for as long as the object lives.
    ///
    /// - Parameters:
    ///   - name: the well-known name to request, without queueing for it or letting others take it; nil for none.
    ///   - objects: the objects to register on each connection.
    ///   - address: nil for DBUS_SYSTEM_BUS_ADDRESS, or else the system bus.
    ///   - onName: called inside the loop, for each outcome with news, and whenever the name is still taken.
    /// - Throws: the error of the loop's timer. An unreachable bus is not an error.
    public init(
        on loop: EventLoop, name: String?, objects: [(path: String, interface: BusInterface)] = [],
        address: String? = nil, onName: @escaping (NameOutcome) -> Void = { _ in }
    ) throws(Errno) {
        self.loop = loop
        self.address = BusAddress(text: address ?? Self.defaultAddress)
        self.name = name
        self.onName = onName
        self.objects = objects.map { BusObject($0.path, $0.interface) }
        timer = loop.timer("bus") { [weak self] in self?.lookAfterConnection() }
        open()
    }

    /// The address of the system bus.
    static var defaultAddress: String {
        environment("DBUS_SYSTEM_BUS_ADDRESS") ?? "unix:path=/run/dbus/system_bus_socket"
    }

    /// Whether messages can be sent and received now.
    public var isConnected: Bool { connection?.isReady ?? false }

    /// Whether there is a connection, though the bus may not have answered yet.
    var hasConnection: Bool { connection != nil }

    /// Emits a signal, if there is a bus and it reads. The corresponding C function is `sd_bus_emit_signal`.
    public func emit(_ signal: String, path: String, interface: String, _ arguments: [BusValue]) {
        connection?.emit(signal, path, interface, arguments)
    }

    /// Emits the present values of properties, if there is a bus and it reads.
    ///
    /// The corresponding C function is `sd_bus_emit_properties_changed_strv`.
    public func emitChanged(path: String, interface: String, _ properties: [String]) {
        connection?.emitChanged(path, interface, properties)
    }

    /// Decides, now or later, whether a caller is allowed: root is, and others if polkit allows it. polkit may ask them
    /// for a password if their call permits it. Any failure, and 60 s without an answer, means no.
    ///
    /// - Parameter action: an action of polkit, for example `org.example.manage`.
    public func authorize(_ call: BusCall, action: String, _ decide: @escaping (Bool) -> Void) {
        guard let connection else { return decide(false) }
        connection.authorize(call, action, decide)
    }

    /// Calls `body` for each matching signal, on this connection and all later ones.
    ///
    /// Signals without a connection are lost: read the state again after `onName`. The corresponding C function is
    /// `sd_bus_add_match_async`.
    public func subscribe(to signals: SignalMatch, _ body: @escaping (BusMessage) -> Void) {
        let subscription: Subscription = (signals, body)
        subscriptions.append(subscription)
        if let connection { establish(subscription, on: connection) }
    }

    /// Sends what is queued, but blocks no longer than `timeout`: for the end of a program.
    ///
    /// The corresponding C function would be `sd_bus_flush`, which may block for ever.
    public func flush(timeout: Duration = .milliseconds(200)) {
        let deadline = BootClock.now + timeout
        while let connection, connection.isReady, connection.queued > 0 {
            let rest = deadline - BootClock.now
            guard rest > .zero, connection.process(within: rest) else { return }
        }
    }

    // MARK: - One connection after the other

    private func open() {
        close()
        guard mayBeThere else { return awaitSocket() }
        do throws(Errno) {
            let connection = try Bus.connect(to: address, on: loop)
            established = [
                try connection.subscribe(.connected) { [weak self] _ in self?.readySince = BootClock.now },
                try connection.subscribe(.disconnected) { [weak self] _ in self?.reopenLater() },
            ]
            connection.onClogged = { [weak self] in self?.noteClog() }
            connection.onSignalsLost = { [weak self] in self?.onSignalsLost() }
            for object in objects { try object.attach(to: connection) }
            for subscription in subscriptions { establish(subscription, on: connection) }
            if let name { request(name, on: connection) }
            self.connection = connection
            arrival = nil
            timer?.arm(after: Self.longestPause, accuracy: Self.longestPause / 4)
        } catch {
            // No memory, no descriptors, a directory without the permission, a socket whose owner died: each may be
            // temporary.
            watchForSocket()
            reopenLater()
        }
    }

    /// Must not be called from inside one of the connection's own callbacks.
    private func close() {
        for object in objects { object.detach() }
        established = []
        connection?.close()
        connection = nil
        readySince = nil
        cloggedSince = nil
        takenSince = nil
        isDoomed = false
        // The next connection has not requested the name yet.
        if outcome == .taken { outcome = nil }
    }

    private func reopenLater() {
        guard !isDoomed else { return }
        isDoomed = true
        if let readySince, BootClock.now - readySince > Self.longestPause { pause = Self.shortestPause }
        timer?.arm(after: pause)
        pause = min(pause * 2, Self.longestPause)
    }

    /// The timer fires: after a pause, connect; after `open`, check whether the connection exists.
    ///
    /// The owner of this object also calls this whenever it is awake.
    public func lookAfterConnection() {
        if isDoomed || (!isConnected && mayBeThere) || isClogged() { open() }
        guard isConnected, let name, let connection else { return }
        switch outcome {
        // In the meantime the bus's policy may have been corrected, or the owner of the name may have ended.
        case .failed, .taken: request(name, on: connection)
        case .acquired, nil: break
        }
    }

    /// Whether the bus has stopped reading from this program. It does so when it queues too many of its messages for
    /// clients that do not read. A new connection starts without them.
    private func isClogged() -> Bool {
        guard let connection, connection.isClogged else {
            cloggedSince = nil
            return false
        }
        let since = cloggedSince ?? BootClock.now
        cloggedSince = since
        guard BootClock.now - since < Self.cloggedPatience else { return true }
        timer?.arm(at: since + Self.cloggedPatience)
        return false
    }

    /// Called by the gate, because the next audit may be hours away.
    private func noteClog() {
        guard cloggedSince == nil, !isDoomed else { return }
        _ = isClogged()
    }

    /// Whether the socket exists, if the address has a path.
    private var mayBeThere: Bool { address.path.map(exists) ?? true }

    /// Waits for the socket without waking up until it appears.
    private func awaitSocket() {
        watchForSocket()
        if mayBeThere { timer?.arm(after: Self.shortestPause) }  // It appeared just before the watch began.
    }

    /// A socket appears before its owner listens, so the connection is tried a moment later.
    private func watchForSocket() {
        guard var directory = address.path?.removingLastComponent() else { return }
        while !exists(directory), directory.lastComponent != nil { directory.removeLastComponent() }
        arrival = try? loop.onArrival(in: directory, "bus-socket") { [weak self] in
            guard let self else { return }
            guard self.mayBeThere else { return self.awaitSocket() }
            self.pause = Self.shortestPause
            self.timer?.arm(after: Self.shortestPause)
        }
    }

    private func establish(_ subscription: Subscription, on connection: Bus) {
        // Fails for lack of memory, or for an invalid match, which every test would show.
        guard let match = try? connection.subscribe(subscription.signals, subscription.body) else { return }
        established.append(match)
    }

    /// The corresponding C function is `sd_bus_request_name_async`.
    private func request(_ name: String, on connection: Bus) {
        let doNotQueue = BusValue.uint32(4)
        connection.call(
            "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName",
            [.string(name), doNotQueue]
        ) { [weak self] reply in
            guard let self, let reply else { return }
            switch (reply.error, try? reply.readUInt32()) {
            case (nil, 1), (nil, 4): self.take(.acquired)
            case (nil, _): self.take(.taken)
            // The connection ended, or the bus hangs: the next connection requests the name again.
            case (let error?, _) where error.name == "org.freedesktop.DBus.Error.NoReply": self.reopenLater()
            case (let error?, _): self.take(.failed(error.errno))
            }
        }
    }

    /// Reports a repeated refusal only once. If this program had the name before, it requests it again for a while
    /// before it reports `taken`: the bus may not have noticed yet that the former connection ended.
    private func take(_ outcome: NameOutcome) {
        let former = self.outcome
        self.outcome = outcome
        switch outcome {
        case .acquired: hasOwned = true
        case .taken where hasOwned:
            let since = takenSince ?? BootClock.now
            takenSince = since
            guard BootClock.now - since >= Self.takenPatience else {
                if !isDoomed { timer?.arm(after: Self.takenPause) }
                return
            }
        case .failed where former == outcome: return
        case .taken, .failed: break
        }
        onName(outcome)
    }
}

/// The corresponding C function is `access`.
private func exists(_ path: FilePath) -> Bool {
    unsafe path.withPlatformString { unsafe access($0, F_OK) } == 0
}
