import CSystemd
import Glibc
public import SystemPackage

/// A received message. Its arguments are read one after the other.
///
/// The corresponding C type is `sd_bus_message`; the object keeps a reference to it.
@safe public class BusMessage {
    let message: OpaquePointer

    init(_ message: OpaquePointer?) {
        unsafe self.message = made(sd_bus_message_ref(message))
    }

    deinit {
        unsafe sd_bus_message_unref(message)
    }

    /// The sender's unique name, set by the bus. Without a bus there is none.
    public var sender: String? { unsafe string(sd_bus_message_get_sender(message)) }

    /// The object that the message is about.
    public var path: String? { unsafe string(sd_bus_message_get_path(message)) }

    /// The method or signal.
    public var member: String? { unsafe string(sd_bus_message_get_member(message)) }

    /// The error, if the message is one. The corresponding C function is `sd_bus_message_get_error`.
    public var error: BusError? {
        guard let error = unsafe sd_bus_message_get_error(message) else { return nil }
        return unsafe BusError(error.pointee)
    }

    /// Reads the next argument, or the content of the next variant.
    ///
    /// The corresponding C function is `sd_bus_message_read`.
    /// - Returns: nil if there is no further argument.
    /// - Throws: `.notSupported` for a type without a case in `BusValue`, `.badMessage` for a broken message.
    public func readValue() throws(Errno) -> BusValue? {
        var type: CChar = 0
        var contents: UnsafePointer<CChar>?
        guard unsafe try check(sd_bus_message_peek_type(message, &type, &contents)) > 0 else { return nil }

        switch Unicode.Scalar(UInt8(bitPattern: type)) {
        case "s", "o", "g": return .string(try readText(type))
        case "b": return .bool(try readBool())
        case "i": return .int32(try read("i", Int32(0)))
        case "q": return .uint16(try readUInt16())
        case "u": return .uint32(try readUInt32())
        case "t": return .uint64(try readUInt64())
        case "a" where unsafe ("s" as StaticString).matches(contents): return .stringArray(try readStringArray())
        case "v":
            unsafe try check(sd_bus_message_enter_container(message, type, contents))
            let value = try readValue()
            unsafe try check(sd_bus_message_exit_container(message))
            return value
        default: throw .notSupported
        }
    }

    /// Reads a string. Like the other functions of this kind, it throws `.noSuchAddressOrDevice` (ENXIO) if the next
    /// argument has another type or is missing, and corresponds to the C function `sd_bus_message_read_basic`.
    public func readString() throws(Errno) -> String { try readText(letter("s")) }

    /// Reads a boolean.
    public func readBool() throws(Errno) -> Bool { try read("b", CInt(0)) != 0 }

    /// Reads a 16-bit number.
    public func readUInt16() throws(Errno) -> UInt16 { try read("q", UInt16(0)) }

    /// Reads a 32-bit number.
    public func readUInt32() throws(Errno) -> UInt32 { try read("u", UInt32(0)) }

    /// Reads a 64-bit number.
    public func readUInt64() throws(Errno) -> UInt64 { try read("t", UInt64(0)) }

    /// Reads an array of strings.
    public func readStringArray() throws(Errno) -> [String] {
        unsafe try check(sd_bus_message_enter_container(message, letter("a"), ("s" as StaticString).cString))
        var texts: [String] = []
        while unsafe try check(sd_bus_message_at_end(message, 0)) == 0 {
            texts.append(try readString())
        }
        unsafe try check(sd_bus_message_exit_container(message))
        return texts
    }

    private func readText(_ type: CChar) throws(Errno) -> String {
        var text: UnsafePointer<CChar>?
        unsafe try check(sd_bus_message_read_basic(message, type, &text))
        guard let text = unsafe string(text) else { throw .noSuchAddressOrDevice }
        return text
    }

    private func read<Value: BitwiseCopyable>(_ type: Unicode.Scalar, _ blank: Value) throws(Errno) -> Value {
        var value = blank
        guard unsafe try check(sd_bus_message_read_basic(message, letter(type), &value)) > 0 else {
            throw .noSuchAddressOrDevice
        }
        return value
    }
}
