import AmtguardCore
import AmtguardLinux
import AmtguardSystemd
import SystemPackage

/// The redraw table in the kernel, and the socket that owns it. The service manager keeps a copy of the socket, so the
/// table stays over a restart, and disappears when the unit is stopped.
struct RedrawDriver: ~Copyable {
    /// The socket's name in the service manager's store.
    static let storedName = "redraw"

    private var socket: RedrawSocket?
    /// Whether the last look showed a table that belongs to the socket.
    private var ownsTable = false
    private var isStored = false
    /// Whether the store has a socket that this process no longer uses.
    private var isSurplus = false

    /// Takes over the socket that the service manager kept.
    mutating func adopt(_ stored: consuming Descriptor) {
        guard socket == nil, let adopted = try? RedrawSocket(adopting: stored) else {
            // Both are stored under one name.
            (isSurplus, isStored) = (true, false)
            return
        }
        socket = consume adopted
        isStored = true
    }

    /// What the kernel shows.
    ///
    /// - Parameter isThere: Whether the kernel has nf_tables already. If not, it has no table and is not asked, because
    ///   the request would load the module.
    mutating func read(ifThere isThere: Bool) -> RedrawReading {
        guard isThere || socket != nil else { return RedrawReading(.absent) }
        return attempt { _ throws(Errno) in }
    }

    /// Changes the table. Returns what the kernel shows then.
    mutating func carryOut(_ change: RedrawChange) -> RedrawReading {
        switch change {
        case .load(let table): attempt { socket throws(Errno) in try socket?.load(table) }
        case .unload: unload()
        }
    }

    private mutating func unload() -> RedrawReading {
        let reading = attempt { socket throws(Errno) in try socket?.unload() }
        // Without a table the socket has no use.
        if reading.state == .absent {
            socket = nil
            isSurplus = isStored
            isStored = false
        }
        return reading
    }

    /// Runs an operation on the socket, and reads the result from the kernel.
    private mutating func attempt(_ body: (inout RedrawSocket?) throws(Errno) -> Void) -> RedrawReading {
        do throws(Errno) {
            if socket == nil { socket = try RedrawSocket() }
            try body(&socket)
            let reading = try socket?.read() ?? RedrawReading(.absent)
            ownsTable = reading.isOwned
            return reading
        } catch {
            return RedrawReading(.unknown(says: Self.says(error), advice: Self.advice(error)))
        }
    }

    /// Hands the socket to the service manager, if it does not have it yet. Returns whether it has it, or there is no
    /// manager.
    mutating func keep() -> Bool {
        guard ServiceManager.isSupervised else { return true }
        if isSurplus, ServiceManager.removeFromStore(name: Self.storedName) { isSurplus = false }
        guard !isSurplus else { return false }
        guard ownsTable, !isStored, let descriptor = socket?.descriptor else { return true }
        // A netlink socket reports lost messages as an error, and a service manager that polls it would close it.
        isStored = ServiceManager.store([descriptor], name: Self.storedName, poll: false)
        return isStored
    }

    private static func says(_ error: Errno) -> String {
        switch error {
        case .notPermitted, .permissionDenied: "amtguardd may not change nf_tables"
        case .protocolNotSupported: "this kernel has no nf_tables"
        case .fileExists: "another program has made a table ip \(RedrawTable.name)"
        case .noSuchFileOrDirectory, .notSupportedOnSocket, .notSupported:
            "this kernel lacks a part of nf_tables (\(error))"
        default: "nf_tables: \(error)"
        }
    }

    private static func advice(_ error: Errno) -> String? {
        switch error {
        case .notPermitted, .permissionDenied: "Give amtguardd CAP_NET_ADMIN in the network namespace that it guards."
        default: nil
        }
    }
}
