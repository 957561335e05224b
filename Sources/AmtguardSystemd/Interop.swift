import Glibc
import SystemPackage

/// Turns the negative errno results of libsystemd into thrown errors.
@discardableResult
func check(_ result: CInt) throws(Errno) -> CInt {
    guard result >= 0 else { throw Errno(rawValue: -result) }
    return result
}

/// Throws the value of `errno` if a system call returned -1.
@discardableResult
func check(errno result: CInt) throws(Errno) -> CInt {
    guard result != -1 else { throw Errno(rawValue: errno) }
    return result
}

/// The result of a constructor of libsystemd, after its return value was checked.
func made(_ pointer: OpaquePointer?) -> OpaquePointer {
    guard let pointer = unsafe pointer else { preconditionFailure("libsystemd reported success and made nothing") }
    return unsafe pointer
}

/// The object behind the `void *userdata` of a callback.
///
/// The caller gets its own reference, because the owner may release the object during the call.
func object<Object: AnyObject>(_ type: Object.Type, behind userdata: UnsafeMutableRawPointer?) -> Object {
    guard let userdata = unsafe userdata else { preconditionFailure("a callback without its userdata") }
    return unsafe Unmanaged<Object>.fromOpaque(userdata).takeUnretainedValue()
}

/// Releases the reference that a registration had to the object behind its `void *userdata`.
func release<Object: AnyObject>(_ type: Object.Type, behind userdata: UnsafeMutableRawPointer?) {
    guard let userdata = unsafe userdata else { preconditionFailure("a registration without its userdata") }
    unsafe Unmanaged<Object>.fromOpaque(userdata).release()
}

/// A copy of a C string; nil without one.
func string(_ text: UnsafePointer<CChar>?) -> String? {
    guard let text = unsafe text else { return nil }
    return unsafe String(cString: text)
}

/// A copy of an environment variable. The corresponding C function is `getenv`.
func environment(_ name: String) -> String? {
    unsafe string(getenv(name))
}

extension StaticString {
    /// The text as a C string that C may keep: only a static string outlives every call.
    var cString: UnsafePointer<CChar> {
        unsafe UnsafeRawPointer(utf8Start).assumingMemoryBound(to: CChar.self)
    }

    /// Whether the C string equals this text.
    func matches(_ text: UnsafePointer<CChar>?) -> Bool {
        guard let text = unsafe text else { return false }
        return unsafe strcmp(cString, text) == 0
    }
}

/// libsystemd's type letters are ASCII in a `char`.
func letter(_ type: Unicode.Scalar) -> CChar {
    CChar(truncatingIfNeeded: type.value)
}
