import CSystemd
import Glibc
public import SystemPackage

/// The error of a call over the bus.
public struct BusError: Error, Hashable {
    /// For example `org.freedesktop.DBus.Error.ServiceUnknown`.
    public var name: String
    /// The other side's text, for people. Foreign text: escape it before it is printed.
    public var message: String
    /// The nearest errno. The corresponding C function is `sd_bus_error_get_errno`.
    public var errno: Errno

    init(_ error: sd_bus_error) {
        unsafe name = string(error.name) ?? "org.freedesktop.DBus.Error.Failed"
        unsafe message = string(error.message) ?? ""
        errno = unsafe withUnsafePointer(to: error) { unsafe Errno(rawValue: sd_bus_error_get_errno($0)) }
    }

    /// An errno as an error of the bus. The corresponding C function is `sd_bus_error_set_errno`.
    init(_ errno: Errno) {
        var error = unsafe sd_bus_error()
        unsafe sd_bus_error_set_errno(&error, errno.rawValue)
        unsafe self.init(error)
        unsafe sd_bus_error_free(&error)
        self.errno = errno
    }
}
