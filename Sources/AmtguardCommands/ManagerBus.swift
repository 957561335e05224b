import AmtguardLinux
import AmtguardSystemd
import SystemPackage

/// `org.amtguard1.Manager` of the machine, or of the tree below `--root`. It is never started.
final class ManagerBus {
    private let client: BusClient

    /// - Throws: Where there is no bus, or none that answers.
    init(root: FilePath?) throws {
        let root = try RootDirectory(path: root)
        guard root.isTree, !SystemBus.isAddressGiven else {
            client = try BusClient()
            return
        }
        let directory = try root.openDirectory("/run/dbus")
        client = try BusClient(address: SystemBus.address(in: directory.fileDescriptor))
        // The address names the descriptor.
        withExtendedLifetime(directory) {}
    }

    /// Calls a method and returns its results.
    func call(_ method: String, _ arguments: [BusValue] = []) throws(BusError) -> [BusValue] {
        try client.call(
            "org.amtguard1", path: "/org/amtguard1", interface: "org.amtguard1.Manager", method, arguments)
    }
}
