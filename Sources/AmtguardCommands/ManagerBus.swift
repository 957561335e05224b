import AmtguardSystemd
import SystemPackage

/// `org.amtguard1.Manager` of the machine, or of the tree below `--root`. A call never starts the daemon.
final class ManagerBus {
    private let client: BusClient
    private static let name = "org.amtguard1"

    /// How long to wait for an answer. The daemon never blocks: if it does not answer, it does not repair either.
    static let patience = Duration.seconds(3)

    /// - Throws: If there is no bus, or it does not answer.
    init(root: FilePath?) throws {
        let place = try BusPlace(root: root)
        client = try BusClient(address: place.address, timeout: Self.patience)
        withExtendedLifetime(place) {}
    }

    /// Calls a method and returns its results.
    func call(
        _ method: String, _ arguments: [BusValue] = [], timeout: Duration = patience
    ) throws(BusError) -> [BusValue] {
        try client.call(
            Self.name, path: "/org/amtguard1", interface: "org.amtguard1.Manager", method, arguments, timeout: timeout)
    }

    /// Whether a process owns the daemon's name; `nil` if the bus itself does not answer.
    func hasOwner() -> Bool? {
        let values = try? client.call(
            "org.freedesktop.DBus", path: "/org/freedesktop/DBus", interface: "org.freedesktop.DBus", "NameHasOwner",
            [.string(Self.name)], timeout: .seconds(1))
        guard case .bool(let hasOwner)? = values?.first else { return nil }
        return hasOwner
    }
}
