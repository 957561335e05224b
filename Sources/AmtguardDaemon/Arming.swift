import AmtguardLinux
import AmtguardSystemd
import SystemPackage

/// `--arm`: what the daemon may not open, handed to it through the service manager.
enum Arming {
    private static let name = "watch"

    /// There is nobody to hand it to.
    struct Unsupervised: Error, CustomStringConvertible {
        let description = "--arm hands the watch to the service manager, and there is none (NOTIFY_SOCKET)"
    }

    /// Opens the watch that names writers, and stores it. Runs as root, before the daemon.
    static func arm() throws {
        let watch = try ListWatch.arm(ReservedPortsList())
        ServiceManager.removeFromStore(name: name)
        guard ServiceManager.store([watch.fileDescriptor], name: name) else { throw Unsupervised() }
        ServiceManager.barrier(timeout: .seconds(5))
    }

    /// Takes what was armed. It goes out of the store at once: otherwise each restart would hand over one more.
    static func receive() -> Descriptor? {
        var armed: Descriptor?
        for received in ServiceManager.receivedDescriptors() {
            let descriptor = Descriptor(owning: received.descriptor)
            if received.name == name { armed = consume descriptor }
        }
        if armed != nil { ServiceManager.removeFromStore(name: name) }
        return armed
    }
}
