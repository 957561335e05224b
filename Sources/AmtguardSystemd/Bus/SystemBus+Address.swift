public import SystemPackage

extension SystemBus {
    /// The system bus whose socket lies in a directory that is held open, wherever its name would lead by now.
    ///
    /// - Returns: nil where DBUS_SYSTEM_BUS_ADDRESS has the last word.
    public static func address(in directory: FileDescriptor) -> String? {
        guard environment("DBUS_SYSTEM_BUS_ADDRESS") == nil else { return nil }
        return "unix:path=/proc/self/fd/\(directory.rawValue)/system_bus_socket"
    }

    /// Whether the environment says where the bus is. See dbus-daemon(1).
    public static var isAddressGiven: Bool { environment("DBUS_SYSTEM_BUS_ADDRESS") != nil }
}
