extension SystemBus {
    /// Where the system bus of the tree below `root` listens; DBUS_SYSTEM_BUS_ADDRESS has the last word.
    ///
    /// - Parameter root: nil for the machine's own `/`.
    public static func address(below root: String?) -> String? {
        guard let root, environment("DBUS_SYSTEM_BUS_ADDRESS") == nil else { return nil }
        return "unix:path=" + escaped(root + "/run/dbus/system_bus_socket")
    }

    /// The D-Bus specification, "Server Addresses": what is not one of these characters is `%` and two hex digits.
    private static func escaped(_ path: String) -> String {
        path.utf8.map { byte in
            let scalar = UnicodeScalar(byte)
            let isPlain =
                scalar.isASCII
                && (scalar.properties.isAlphabetic || "0123456789-_/.\\*".unicodeScalars.contains(scalar))
            let digits = String(byte, radix: 16)
            return isPlain ? String(scalar) : "%" + (digits.count == 1 ? "0" : "") + digits
        }.joined()
    }
}
