import Glibc
public import SystemPackage

/// The address of a bus. See the D-Bus specification, "Server Addresses".
struct BusAddress {
    let text: String

    /// The socket's path, if the address is one.
    var path: FilePath? {
        let prefix = "unix:path="
        guard text.hasPrefix(prefix), !text.utf8.contains(UInt8(ascii: "%")) else { return nil }
        return FilePath(String(text.dropFirst(prefix.count).prefix { $0 != "," && $0 != ";" }))
    }

    /// Connects to a socket. The caller closes it. The corresponding C functions are `socket` and `connect`.
    ///
    /// - Throws: `.connectionRefused` if no process listens, `.resourceTemporarilyUnavailable` if too many wait.
    static func connect(to path: FilePath) throws(Errno) -> FileDescriptor {
        let type = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let opened = try check(errno: socket(AF_UNIX, type, 0))
        do throws(Errno) {
            unsafe try withSocketAddress(path.string) { (address, length) throws(Errno) in
                try check(errno: unsafe Glibc.connect(opened, address, length))
            }
        } catch {
            close(opened)
            throw error
        }
        return FileDescriptor(rawValue: opened)
    }
}

extension SystemBus {
    /// The address of the system bus whose socket is in an open directory, even if the path now leads elsewhere.
    ///
    /// - Returns: nil if DBUS_SYSTEM_BUS_ADDRESS is set.
    public static func address(in directory: FileDescriptor) -> String? {
        guard environment("DBUS_SYSTEM_BUS_ADDRESS") == nil else { return nil }
        return "unix:path=/proc/self/fd/\(directory.rawValue)/system_bus_socket"
    }

    /// Whether the environment has the address of the bus. See dbus-daemon(1).
    public static var isAddressGiven: Bool { environment("DBUS_SYSTEM_BUS_ADDRESS") != nil }
}
