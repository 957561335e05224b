import AmtguardCore
import AmtguardLinux
import AmtguardSystemd
import SystemPackage

/// The holds of this process, and the copies that the service manager keeps over a restart.
struct HoldDriver: ~Copyable {
    private var sockets: [Hold: HoldSocket] = [:]
    private var refused: [Hold: HoldObstacle] = [:]
    private var store = HoldStore()
    private(set) var own = OwnSockets()
    /// The obstacle to each hold at the last look, and when the next look is allowed.
    private var occupants: [Hold: HoldObstacle] = [:]
    private var ration = LookRation()

    /// Takes over a descriptor that the service manager kept.
    mutating func adopt(_ stored: consuming Descriptor, name: String) {
        // A descriptor that is discarded here stays in the store for a moment.
        own.retire(stored)
        guard let socket = HoldSocket(adopting: stored), socket.hold.storedName == name, sockets[socket.hold] == nil
        else { return store.discard(name) }
        socket.enter(into: &own)
        sockets[socket.hold] = socket
        store.adopted(socket.hold)
    }

    /// The present holds.
    var reading: HoldReading { HoldReading(held: sockets.mapValues(\.isShared), refused: refused) }

    /// Releases holds and takes others; `reading` has the result.
    mutating func carryOut(_ change: HoldChange) {
        for hold in change.release {
            guard let socket = sockets.removeValue(forKey: hold) else { continue }
            // The copy in the store may exist a moment longer than this one.
            socket.makeWay()
            socket.leave(&own)
            store.remove(hold)
        }
        refused = [:]
        for hold in change.take {
            do {
                if let socket = sockets[hold] {
                    try socket.share(change.isShared)
                } else {
                    let socket = try HoldSocket(hold, isShared: change.isShared)
                    socket.enter(into: &own)
                    sockets[hold] = socket
                }
            } catch {
                refused[hold] = HoldObstacle(error)
            }
        }
        nameOccupants()
    }

    /// Hands to the service manager the holds that it does not keep yet, since its queue may have been full.
    ///
    /// - Returns: Whether it keeps all of them, or there is no service manager.
    mutating func keep() -> Bool {
        store.settle(sockets)
    }

    /// Makes the kernel check for conflicts with the shared holds again. The kernel may have cached that others can
    /// share the port; it caches this once per port, for all addresses.
    func clearNotes() {
        var ports: Set<UInt16> = []
        for socket in sockets.values where socket.isShared && ports.insert(socket.hold.port).inserted {
            socket.clearNotes()
        }
    }

    // MARK: - What is in the way

    /// A listener on the port is harmless; any other obstacle is not. Finds out which it is, and its owner.
    private mutating func nameOccupants() {
        let occupied = refused.filter { if case .occupied = $0.value { true } else { false } }.keys
        let start = Instant.now()
        if ration.allows(at: start) || occupied.contains(where: { occupants[$0] == nil }) {
            occupants = findOccupants(of: Array(occupied))
            ration.spend(from: start, to: .now())
        }
        for hold in occupied { refused[hold] = occupants[hold] }
    }

    private func findOccupants(of occupied: [Hold]) -> [Hold: HoldObstacle] {
        var occupants = Dictionary(occupied.map { ($0, HoldObstacle.occupied(nil)) }) { first, _ in first }
        guard !occupied.isEmpty else { return [:] }
        let ports = PortSet(merging: occupied.map { $0.port...$0.port })
        guard let sockets = try? readSockets(on: ports, includingBound: true, own: own).sockets else {
            return occupants
        }
        for hold in occupied {
            let inTheWay = sockets.filter { $0.isInTheWay(of: hold) }
            if let first = inTheWay.first(where: \.isListener) ?? inTheWay.first { occupants[hold] = first.obstacle }
        }
        return occupants
    }
}

/// The holds in the service manager's store, each under a name of its own, so that each can be removed.
private struct HoldStore {
    private var stored: Set<Hold> = []
    /// Names to remove before anything is stored under them again.
    private var surplus: Set<String> = []

    mutating func adopted(_ hold: Hold) { stored.insert(hold) }

    /// A hold that was never stored (without a service manager) need not be removed.
    mutating func remove(_ hold: Hold) {
        if stored.remove(hold) != nil { surplus.insert(hold.storedName) }
    }

    /// Removes everything that is stored under a name; a hold that is still wanted is stored again.
    mutating func discard(_ name: String) {
        surplus.insert(name)
        stored = stored.filter { $0.storedName != name }
    }

    /// Sends to the service manager what it does not have yet. Without one, there is nothing to send.
    mutating func settle(_ sockets: [Hold: HoldSocket]) -> Bool {
        guard ServiceManager.isSupervised else { return true }
        surplus = surplus.filter { !ServiceManager.removeFromStore(name: $0) }
        for (hold, socket) in sockets where !stored.contains(hold) && !surplus.contains(hold.storedName) {
            // A bound socket that does not listen reports a hang-up to a process that polls it.
            if ServiceManager.store([socket.fileDescriptor], name: hold.storedName, poll: false) { stored.insert(hold) }
        }
        return surplus.isEmpty && sockets.keys.allSatisfy(stored.contains)
    }
}

extension HoldObstacle {
    fileprivate init(_ error: Errno) {
        switch error {
        case .addressInUse: self = .occupied(nil)
        case .permissionDenied, .notPermitted: self = .notPermitted
        case .tooManyOpenFiles, .tooManyOpenFilesInSystem: self = .noDescriptor
        default: self = .failed("\(error)")
        }
    }
}
