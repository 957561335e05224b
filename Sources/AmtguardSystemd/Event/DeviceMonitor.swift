import CSystemd
public import SystemPackage

/// Reports that devices appeared, disappeared or changed, after udev has processed them: look again.
///
/// The event itself is not passed on: the caller reads the present state. An event that the kernel dropped for lack of
/// space causes no error. The monitor ends with the object. The corresponding C type is `sd_device_monitor`.
@safe public final class DeviceMonitor {
    private let monitor: OpaquePointer
    private let body: () -> Void

    /// Watches devices of the given subsystems, for example `mei` and `pci`.
    ///
    /// The corresponding C functions are `sd_device_monitor_new`,
    /// `sd_device_monitor_filter_add_match_subsystem_devtype` and `sd_device_monitor_start`.
    /// - Throws: `.addressFamilyNotSupported` and the like if netlink is not available.
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
