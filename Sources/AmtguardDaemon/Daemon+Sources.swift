import AmtguardCore
import AmtguardLinux
import AmtguardSystemd
import Glibc
import SystemPackage

// What wakes the daemon: the watch, timers, signals, devices, and the bus.

extension Daemon {
    /// - Returns: The watch of the list.
    func attach() -> Watch {
        ground.timers.audit = loop.timer("audit") { [unowned self] in
            ground.arrangeAudit()
            survey(.audit)
            lookAround()
            useWakeUp()
            finish()
        }
        ground.timers.look = loop.timer("look", priority: .urgent) { [unowned self] in
            if ground.hasEvents { lookAfterWrite() } else { look(.token) }
            finish()
        }
        sources.survey = loop.timer("survey") { [unowned self] in
            survey(.request)
            lookAround()
            finish()
        }
        ground.firmware.timer = loop.timer("firmware") { [unowned self] in
            observe(.firmwareDue)
            finish()
        }
        sources.interfaces = loop.timer("interfaces") { [unowned self] in
            lookAtInterfaces()
            finish()
        }
        sources.publish = loop.timer("publish", priority: .idle) { [unowned self] in
            tell()
            finish()
        }
        sources.rest = loop.timer("rest", priority: .idle) { ProgramMemory.giveBack() }
        ground.onAnswer = { [unowned self] in listenToAnswer() }
        ground.timers.keep = loop.timer("keep") { [unowned self] in ground.keepHolds() }
        attachSignals()
        watchdog = Watchdog(on: loop, telling: notifier)
        // Without either of these the audit sees what it sees.
        sources.devices = try? DeviceMonitor(subsystems: ["mei", "pci"], on: loop) { [unowned self] in
            // At boot they come by the dozen.
            sources.survey?.arm(after: .milliseconds(100))
        }
        return listen()
    }

    /// Makes the loop receive the signals that it does not receive yet. Until then a signal ends the process.
    func attachSignals() {
        do {
            if sources.hangUp == nil {
                sources.hangUp = try loop.onSignal(SIGHUP, "hang-up") { [unowned self] in
                    notifier.reloading()
                    reload()
                    notifier.ready(status: status.line)
                }
            }
            if sources.terminate == nil {
                sources.terminate = try loop.onSignal(SIGTERM, "terminate") { [unowned self] in stop() }
            }
            if sources.interrupt == nil {
                sources.interrupt = try loop.onSignal(SIGINT, "interrupt") { [unowned self] in stop() }
            }
        } catch {
            teller.debug("Signals wait for the next audit: \(error)")
        }
    }

    /// A turn of the loop failed. It may have missed an event, so the daemon looks at the list.
    func survive(_ error: Errno) {
        let now = Instant.now()
        if failedAt.map({ now - $0 >= .seconds(60) }) ?? true {
            failedAt = now
            ground.outbox.append(.unattended("\(error)"))
        }
        look(.token)
        tell()
    }

    /// Goes on the bus: the machine's own, or that of the tree below `--root`, once it has one.
    func connect() {
        guard face == nil else { return }
        var address: String?
        if ground.root.isTree, !SystemBus.isAddressGiven {
            guard let directory = try? ground.root.openDirectory("/run/dbus") else { return awaitBusDirectory() }
            address = SystemBus.address(in: directory.fileDescriptor)
            busDirectory = consume directory
            sources.busDirectory = nil
        }
        face = BusFace(of: self, address: address)
    }

    /// Below `--root` the bus comes with its directory; of itself libsystemd waits for it.
    func awaitBusDirectory() {
        guard let directory = try? ground.root.openDirectory("/run") else { return }
        let path = FilePath("/proc/self/fd/\(directory.fileDescriptor.rawValue)")
        sources.busDirectory = try? loop.onArrival(in: path, "bus-directory") { [unowned self] in connect() }
    }

    /// Lets the loop wake us for writes.
    ///
    /// - Returns: The watch that now shows them.
    func listen() -> Watch {
        ground.watchSource = nil
        guard let descriptor = ground.list.watchedDescriptor else { return ground.list.watched }
        do {
            ground.watchSource = try loop.onReadable(descriptor, "watch", priority: .urgent) { [unowned self] in
                lookAfterWrite()
                finish()
            }
            return ground.list.watched
        } catch {
            return Watch(.none, shortfall: "the event loop can't wait for it: \(error)")
        }
    }
}
