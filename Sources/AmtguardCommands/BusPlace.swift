import AmtguardLinux
import AmtguardSystemd
import SystemPackage

/// Where the bus is: the machine's own, or that of the tree below `--root`, whose directory is held open.
final class BusPlace {
    /// nil for DBUS_SYSTEM_BUS_ADDRESS, or else the system bus.
    let address: String?
    /// The address contains the number of the descriptor.
    private let directory: Descriptor?

    /// - Throws: Below `--root`, the error of opening `/run/dbus` there.
    init(root: FilePath?) throws(Errno) {
        let root = try RootDirectory(path: root)
        guard root.isTree, !SystemBus.isAddressGiven else {
            address = nil
            directory = nil
            return
        }
        let directory = try root.openDirectory("/run/dbus")
        address = SystemBus.address(in: directory.fileDescriptor)
        self.directory = consume directory
    }
}
