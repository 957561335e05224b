/// The broadcast signals of a subscription: those that match each given part.
///
/// See the D-Bus specification, "Match Rules". The parts are constants of the program, never foreign text.
public struct SignalMatch: Hashable, Sendable {
    /// The bus compares it with the owner of the name when the signal is sent.
    public var sender: String?
    public var path: String?
    public var interface: String?
    public var member: String?
    /// The first argument, a string.
    public var argument: String?

    public init(
        sender: String? = nil, path: String? = nil, interface: String? = nil, member: String? = nil,
        argument: String? = nil
    ) {
        (self.sender, self.path, self.interface, self.member) = (sender, path, interface, member)
        self.argument = argument
    }

    /// `type='signal',sender='org.example',member='Changed'`
    var rule: String {
        let parts = [
            ("type", "signal"), ("sender", sender), ("path", path), ("interface", interface), ("member", member),
            ("arg0", argument),
        ]
        return parts.compactMap { key, value in value.map { "\(key)='\($0)'" } }.joined(separator: ",")
    }

    /// The connection is ready. libsystemd itself sends this signal and the next.
    static let connected = local("Connected")
    /// The connection has ended.
    static let disconnected = local("Disconnected")

    private static func local(_ member: String) -> SignalMatch {
        let name = "org.freedesktop.DBus.Local"
        return SignalMatch(sender: name, path: "/org/freedesktop/DBus/Local", interface: name, member: member)
    }

    /// The owner of a name has changed: the name, the former owner, the new one; empty for none.
    static func ownerChanged(of name: String) -> SignalMatch {
        let bus = "org.freedesktop.DBus"
        return SignalMatch(
            sender: bus, path: "/org/freedesktop/DBus", interface: bus, member: "NameOwnerChanged", argument: name)
    }
}
