public import SystemPackage

extension SystemBus {
    /// The system bus with its socket in a directory that is held open, even if the path leads elsewhere by now.
    ///
    /// - Returns: nil if DBUS_SYSTEM_BUS_ADDRESS decides.
    public static func address(in directory: FileDescriptor) -> String? {
        guard environment("DBUS_SYSTEM_BUS_ADDRESS") == nil else { return nil }
        return "unix:path=/proc/self/fd/\(directory.rawValue)/system_bus_socket"
    }

    /// Whether the environment says where the bus is. See dbus-daemon(1).
    public static var isAddressGiven: Bool { environment("DBUS_SYSTEM_BUS_ADDRESS") != nil }
}
