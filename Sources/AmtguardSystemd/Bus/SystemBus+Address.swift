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
        let plain = Set("-_/.\\*0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
        return path.utf8.map { byte in
            if plain.contains(byte) { return String(UnicodeScalar(byte)) }
            let digits = String(byte, radix: 16)
            return "%" + (digits.count == 1 ? "0" : "") + digits
        }.joined()
    }
}
