import Glibc
import SystemPackage

/// Where a bus listens. See the D-Bus specification, "Server Addresses".
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
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let text = Array(path.string.utf8)
        guard text.count < MemoryLayout.size(ofValue: address.sun_path) else { throw .fileNameTooLong }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: text) }
        let type = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let opened = try check(errno: socket(AF_UNIX, type, 0))
        let result = unsafe withUnsafePointer(to: address) {
            unsafe Glibc.connect(
                opened, __CONST_SOCKADDR_ARG(__sockaddr_un__: $0), socklen_t(MemoryLayout<sockaddr_un>.size))
        }
        do throws(Errno) {
            try check(errno: result)
        } catch {
            close(opened)
            throw error
        }
        return FileDescriptor(rawValue: opened)
    }
}
