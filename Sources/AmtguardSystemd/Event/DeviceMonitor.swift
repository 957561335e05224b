import CSystemd
public import SystemPackage

/// Says that devices came, went or changed, once udev has dealt with them: look again.
///
/// Levels, not edges: nothing of the event itself is passed on, and one that the kernel dropped for want of room is
/// swallowed. It ends with the object. The corresponding C type is `sd_device_monitor`.
@safe public final class DeviceMonitor {
    private let monitor: OpaquePointer
    private let body: () -> Void

    /// Watches devices of the given subsystems, for example `mei` and `pci`.
    ///
    /// The corresponding C functions are `sd_device_monitor_new`,
    /// `sd_device_monitor_filter_add_match_subsystem_devtype` and `sd_device_monitor_start`.
    /// - Throws: `.addressFamilyNotSupported` and the like where netlink is out of reach.
    public init(subsystems: [String], on loop: EventLoop, _ body: @escaping () -> Void) throws(Errno) {
        var monitor: OpaquePointer?
        unsafe try check(sd_device_monitor_new(&monitor))
        unsafe self.monitor = made(monitor)
        self.body = body

        for subsystem in subsystems {
            unsafe try check(sd_device_monitor_filter_add_match_subsystem_devtype(self.monitor, subsystem, nil))
        }
        unsafe try check(sd_device_monitor_attach_event(self.monitor, loop.event))
        let start = unsafe sd_device_monitor_start(
            self.monitor,
            { _, _, userdata in
                unsafe object(DeviceMonitor.self, behind: userdata).body()
                return 0
            }, Unmanaged.passUnretained(self).toOpaque())
        try check(start)
    }

    deinit {
        unsafe sd_device_monitor_unref(monitor)
    }
}
