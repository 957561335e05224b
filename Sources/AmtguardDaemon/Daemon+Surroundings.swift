import AmtguardCore
import AmtguardLinux
import AmtguardSystemd
import SystemPackage

// What surrounds the list: devices, interfaces, sockets, sleep. None of it is looked at in the way of a repair.

extension Daemon {
    /// Looks at what the host has around AMT's ports, as far as it has no event of its own.
    func lookAround() {
        // Where AMT is impossible, nothing of this matters, and of no port no sockets are read.
        guard ground.auditInterval != nil else { return lookAtSockets() }
        if network == nil || sources.network == nil { watchNetwork() }
        lookAtSockets()
        if hasSlept() { observe(.resumed) }
    }

    /// Whether the machine has slept since the last call.
    func hasSlept() -> Bool {
        let former = slept
        slept = Clocks.sleepTime()
        // The clocks are not read at the same instant.
        guard slept > former + .milliseconds(100) else { return false }
        teller.debug("The machine has slept")
        return true
    }

    /// Looks for the sockets on AMT's ports: a presumed LMS, and the victims. With a hundred thousand connections that
    /// takes 40 ms.
    func lookAtSockets() {
        let start = Instant.now()
        guard socketsRation.allows(at: start) else { return }
        do {
            observe(.sockets(try readSockets(on: guardian.portsOfInterest, own: ground.holds.own)))
        } catch {
            observe(.sockets(nil, ReadingFailure(error)))
        }
        socketsRation.spend(from: start, to: .now())
    }

    /// What SMBIOS says, where the privileged step has handed it over; foreign bytes, sealed.
    func takeSMBIOS() -> SMBIOSReading? {
        guard let memory = smbios.take() else { return nil }
        do {
            return SMBIOSReading(table: try readSealed(memory, atMost: SMBIOSReading.limit))
        } catch {
            warn("The SMBIOS data from amtguardd --arm can't be read: \(error). Restart amtguardd to try again.")
            return nil
        }
    }

    // MARK: - Devices

    /// Looks at the MEI devices, and who shows that they changed.
    func lookAtDevices(_ presence: Presence) {
        observe(.presence(presence))
        observe(.wirelessDiverted(readWirelessDiversion(in: ground.root)))
        // From the guardian, which fills the parts that could not be read this time from earlier readings.
        guard let presence = guardian.presence else { return }
        watchState(of: presence.csmeDevices.first?.name)
    }

    /// Where the state can't be watched, the audit sees it.
    private func watchState(of device: String?) {
        if let watched = deviceState?.device, watched == device { return }
        sources.deviceState = nil
        deviceState = nil
        guard let device, let watch = try? DeviceStateWatch(of: device, in: ground.root) else { return }
        sources.deviceState = try? loop.onPriorityEvent(watch.descriptor, "device-state") { [unowned self] in
            stateChanged()
        }
        deviceState = consume watch
    }

    private func stateChanged() {
        do {
            try deviceState?.rearm()
        } catch {
            // The device is gone; one that comes again under its name has another file.
            sources.deviceState = nil
            deviceState = nil
        }
        observe(.deviceChanged)
        sources.survey?.arm(after: .milliseconds(100))
        finish()
    }

    // MARK: - Interfaces

    /// While containers come and go by the hundred, this wakes once a second.
    private static var settling: Duration { .seconds(1) }

    private func watchNetwork() {
        ignoreNetwork()
        if let watch = try? NetworkWatch() {
            sources.network = try? loop.onReadable(watch.descriptor, "network", priority: .idle) { [unowned self] in
                sources.network?.setEnabled(false)
                sources.interfaces?.arm(after: Self.settling, accuracy: Self.settling / 4)
            }
            network = consume watch
        }
        lookAtInterfaces()
    }

    func ignoreNetwork() {
        sources.network = nil
        network = nil
    }

    func lookAtInterfaces() {
        // First what has changed is taken away, then the list is read: whatever comes in between wakes us again.
        _ = network?.drain()
        sources.network?.setEnabled(true)
        do {
            let interfaces = try readInterfaces()
            observe(.interfaces(interfaces))
        } catch {
            observe(.interfaces(nil, ReadingFailure(error)))
        }
    }
}
