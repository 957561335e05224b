import CSystemd
public import SystemPackage

extension BusMessage {
    /// Reads `a{sv}`, as in GetAll and PropertiesChanged. Values of a type that `BusValue` does not have are left out.
    ///
    /// The corresponding C functions are `sd_bus_message_enter_container` and `sd_bus_message_skip`.
    /// - Throws: As `readString` does; `.badMessage` for a message that was cut.
    public func readProperties() throws(Errno) -> [(name: String, value: BusValue)] {
        var properties: [(name: String, value: BusValue)] = []
        guard unsafe try check(sd_bus_message_enter_container(message, letter("a"), "{sv}")) > 0 else {
            throw .noSuchAddressOrDevice
        }
        while unsafe try check(sd_bus_message_enter_container(message, letter("e"), "sv")) > 0 {
            let name = try readString()
            if let value = try readKnownVariant() { properties.append((name, value)) }
            unsafe try check(sd_bus_message_exit_container(message))
        }
        unsafe try check(sd_bus_message_exit_container(message))
        return properties
    }

    /// The content of the next variant; `nil`, and past it, if its type is not one of `BusValue`'s.
    private func readKnownVariant() throws(Errno) -> BusValue? {
        var type: CChar = 0
        var contents: UnsafePointer<CChar>?
        unsafe try check(sd_bus_message_peek_type(message, &type, &contents))
        let known = ["s", "o", "g", "b", "i", "q", "u", "t", "as"]
        if let contents = unsafe string(contents), known.contains(contents) { return try readValue() }
        unsafe try check(sd_bus_message_skip(message, "v"))
        return nil
    }
}
