import AmtguardCore
import AmtguardLinux
import AmtguardSystemd
import Glibc
import SystemPackage

// What wakes the daemon: the watch, timers, signals, devices, and the bus.

extension Daemon {
    func attach() throws {
        sources.audit = try loop.timer("audit") { [unowned self] in
            arrangeAudit()
            survey(.audit)
            lookAround()
            useWakeUp()
            finish()
        }
        sources.look = try loop.timer("look", priority: .urgent) { [unowned self] in
            look(driver.hasEvents ? .watch : .token)
            finish()
        }
        sources.survey = try loop.timer("survey") { [unowned self] in
            survey(.request)
            lookAround()
            finish()
        }
        sources.firmware = try loop.timer("firmware") { [unowned self] in
            follow(timetable.woke(at: .now()))
            finish()
        }
        sources.interfaces = try loop.timer("interfaces") { [unowned self] in
            lookAtInterfaces()
            finish()
        }
        sources.publish = try loop.timer("publish", priority: .idle) { [unowned self] in
            tell()
            finish()
        }
        sources.rest = try loop.timer("rest", priority: .idle) { ProgramMemory.giveBack() }
        sources.hangUp = try loop.onSignal(SIGHUP, "hang-up") { [unowned self] in
            ServiceManager.reloading()
            reload()
            ServiceManager.ready(status: status.line)
        }
        sources.terminate = try loop.onSignal(SIGTERM, "terminate") { [unowned self] in stop() }
        sources.interrupt = try loop.onSignal(SIGINT, "interrupt") { [unowned self] in stop() }
        watchdog = try Watchdog(on: loop)
        listen()
        // Without either of these the audit sees what it sees.
        sources.devices = try? DeviceMonitor(subsystems: ["mei", "pci"], on: loop) { [unowned self] in
            // At boot they come by the dozen.
            sources.survey?.arm(after: .milliseconds(100))
        }
    }

    /// Goes on the bus: the machine's own, or that of the tree below `--root`, once it has one.
    func connect() {
        guard face == nil else { return }
        var address: String?
        if root.isTree, !SystemBus.isAddressGiven {
            guard let directory = try? root.openDirectory("/run/dbus") else { return awaitBusDirectory() }
            address = SystemBus.address(in: directory.fileDescriptor)
            busDirectory = consume directory
            sources.busDirectory = nil
        }
        face = BusFace(of: self, address: address, isAlone: keepsake.isLocked)
    }

    /// Below `--root` the bus comes with its directory; of itself libsystemd waits for it.
    func awaitBusDirectory() {
        guard let directory = try? root.openDirectory("/run") else { return }
        let path = FilePath("/proc/self/fd/\(directory.fileDescriptor.rawValue)")
        sources.busDirectory = try? loop.onArrival(in: path, "bus-directory") { [unowned self] in connect() }
    }

    /// Lets the loop wake us for writes.
    func listen() {
        sources.watch = nil
        guard let descriptor = driver.watchedDescriptor else { return }
        sources.watch = try? loop.onReadable(descriptor, "watch", priority: .urgent) { [unowned self] in
            look(.watch)
            // What is drained may be the event of a write that came after that look: only one behind it sees all.
            nameWriters()
            look(.readBack)
            finish()
        }
    }
}
