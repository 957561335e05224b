import AmtguardLinux
import AmtguardSystemd

/// Reports when MEI devices appear and disappear, and when the state of the management engine's own device changes. The
/// audit finds what can't be watched.
final class EngineWatch {
    private let loop: EventLoop
    private let onState: () -> Void
    private var monitor: DeviceMonitor?
    private var state: DeviceStateWatch?
    private var source: EventSource?

    /// - Parameters:
    ///   - onDevices: Called when a device of the buses `mei` or `pci` appears or disappears; at boot dozens appear.
    ///   - onState: Called when the state of the followed device changes.
    init(on loop: EventLoop, onDevices: @escaping () -> Void, onState: @escaping () -> Void) {
        self.loop = loop
        self.onState = onState
        monitor = try? DeviceMonitor(subsystems: ["mei", "pci"], on: loop, onDevices)
    }

    /// Watches the state of this device, and of no other.
    func follow(_ device: String?, in root: borrowing RootDirectory) {
        if let followed = state?.device, followed == device { return }
        forget()
        guard let device, let opened = try? DeviceStateWatch(of: device, in: root) else { return }
        source = try? loop.onPriorityEvent(opened.descriptor, "device-state") { [unowned self] in
            // If this fails, the device is gone; a new device of the same name has another file.
            do { try state?.rearm() } catch { forget() }
            onState()
        }
        state = consume opened
    }

    private func forget() {
        source = nil
        state = nil
    }
}
