import AmtguardCore
import AmtguardLinux
import AmtguardSystemd
import SystemPackage

/// `--arm`: what the daemon may not open or read, handed to it through the service manager.
enum Arming {
    private static let watchName = "watch"
    private static let smbiosName = "smbios"

    /// There is nobody to hand it to.
    struct Unsupervised: Error, CustomStringConvertible {
        let description = "--arm hands the watch to the service manager, and there is none (NOTIFY_SOCKET)"
    }

    /// What was handed over.
    struct Armed: ~Copyable {
        /// The watch that names writers.
        var watch: Descriptor?
        /// The structures of SMBIOS that speak of AMT, in sealed memory.
        var smbios: Descriptor?
    }

    /// Opens the watch that names writers, reads what the BIOS noted of AMT, and stores both. Runs as root, before the
    /// daemon. A machine without SMBIOS is none that needs to be told of.
    static func arm(below root: borrowing RootDirectory) throws {
        if let bytes = try? readSMBIOS(in: root), let memory = try? sealedMemory(of: bytes) {
            ServiceManager.removeFromStore(name: smbiosName)
            ServiceManager.store([memory.fileDescriptor], name: smbiosName)
        }
        defer { ServiceManager.barrier(timeout: .seconds(5)) }
        let watch = try ListWatch.arm(ReservedPortsList())
        ServiceManager.removeFromStore(name: watchName)
        guard ServiceManager.store([watch.fileDescriptor], name: watchName) else { throw Unsupervised() }
    }

    /// Takes what was armed, and the holds of the daemon before. What was armed goes out of the store at once: otherwise
    /// each restart would hand over one more. Holds stay there, and are known by what they are.
    static func receive(holds: inout HoldDriver) -> Armed {
        var armed = Armed()
        for received in ServiceManager.receivedDescriptors() {
            let descriptor = Descriptor(owning: received.descriptor)
            switch received.name {
            case watchName: armed.watch = consume descriptor
            case smbiosName: armed.smbios = consume descriptor
            case let name where name.hasPrefix(Hold.storedPrefix):
                holds.adopt(consume descriptor, name: name)
                continue
            default: continue
            }
            ServiceManager.removeFromStore(name: received.name)
        }
        return armed
    }
}
