import AmtguardLinux
import AmtguardSystemd
import SystemPackage

/// The bus address: the machine's own, or that of the tree below `--root`, whose directory is held open.
final class BusPlace {
    /// `nil` stands for DBUS_SYSTEM_BUS_ADDRESS, or else the system bus.
    let address: String?
    /// Held open because the address contains the number of this descriptor.
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
