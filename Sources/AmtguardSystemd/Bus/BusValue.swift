import CSystemd
import Glibc

/// One argument of a message, or the value of a property: the types that this program needs on the bus.
public enum BusValue: Hashable, Sendable {
    /// `s`; read from `s`, `o` and `g`.
    case string(String)
    /// `b`
    case bool(Bool)
    /// `i`
    case int32(Int32)
    /// `q`
    case uint16(UInt16)
    /// `u`
    case uint32(UInt32)
    /// `t`
    case uint64(UInt64)
    /// `as`
    case stringArray([String])

    /// The type in D-Bus notation.
    public var signature: String {
        switch self {
        case .string: "s"
        case .bool: "b"
        case .int32: "i"
        case .uint16: "q"
        case .uint32: "u"
        case .uint64: "t"
        case .stringArray: "as"
        }
    }

    /// Adds the value to a message that is being written. The corresponding C function is `sd_bus_message_append`.
    ///
    /// - Returns: what libsystemd returned; negative is an errno.
    func append(to message: OpaquePointer?) -> CInt {
        switch self {
        case .string(let text):
            unsafe sd_bus_message_append_basic(message, text)
        case .bool(let flag):
            // A boolean is passed as an int.
            unsafe Self.append("b", CInt(flag ? 1 : 0), to: message)
        case .int32(let number):
            unsafe Self.append("i", number, to: message)
        case .uint16(let number):
            unsafe Self.append("q", number, to: message)
        case .uint32(let number):
            unsafe Self.append("u", number, to: message)
        case .uint64(let number):
            unsafe Self.append("t", number, to: message)
        case .stringArray(let texts):
            unsafe sd_bus_message_append_container(message, "a", "s") {
                for text in texts {
                    let result = unsafe sd_bus_message_append_basic(message, text)
                    guard result >= 0 else { return result }
                }
                return 0
            }
        }
    }

    private static func append<Value: BitwiseCopyable>(
        _ type: Unicode.Scalar, _ value: Value, to message: OpaquePointer?
    ) -> CInt {
        unsafe withUnsafePointer(to: value) { unsafe CSystemd.sd_bus_message_append_basic(message, letter(type), $0) }
    }
}

/// Adds a string to a message that is being written.
func sd_bus_message_append_basic(_ message: OpaquePointer?, _ text: String) -> CInt {
    unsafe text.withCString { unsafe CSystemd.sd_bus_message_append_basic(message, letter("s"), $0) }
}

/// Adds a container to a message that is being written, with what `fill` adds to it.
///
/// The corresponding C functions are `sd_bus_message_open_container` and `sd_bus_message_close_container`.
func sd_bus_message_append_container(
    _ message: OpaquePointer?, _ type: Unicode.Scalar, _ contents: StaticString, _ fill: () -> CInt = { 0 }
) -> CInt {
    let opened = unsafe sd_bus_message_open_container(message, letter(type), contents.cString)
    guard opened >= 0 else { return opened }
    let filled = fill()
    guard filled >= 0 else { return filled }
    return unsafe sd_bus_message_close_container(message)
}
