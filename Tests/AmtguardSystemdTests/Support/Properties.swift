import CSystemd

@testable import AmtguardSystemd

extension BusMessage {
    /// Reads `a{sv}`, of GetAll and PropertiesChanged.
    func readProperties() throws -> [(name: String, value: BusValue)] {
        var properties: [(name: String, value: BusValue)] = []
        unsafe try check(sd_bus_message_enter_container(message, letter("a"), "{sv}"))
        while unsafe try check(sd_bus_message_enter_container(message, letter("e"), "sv")) > 0 {
            let name = try readString()
            if let value = try readValue() { properties.append((name, value)) }
            unsafe try check(sd_bus_message_exit_container(message))
        }
        unsafe try check(sd_bus_message_exit_container(message))
        return properties
    }
}

extension SocketPair {
    /// Sets a property to a string of some type.
    func set(
        _ name: String, _ type: StaticString, _ value: String, _ interface: String = "org.example.Thing"
    ) throws -> BusMessage? {
        var answer: BusMessage??
        unsafe client.call(
            nil, "/org/example", "org.freedesktop.DBus.Properties", "Set",
            { message in
                let head = unsafe [BusValue.string(interface), .string(name)].append(to: message)
                guard head >= 0 else { return head }
                return unsafe sd_bus_message_append_container(message, "v", type) {
                    unsafe value.withCString { unsafe sd_bus_message_append_basic(message, type.cString.pointee, $0) }
                }
            }, answer: { answer = .some($0) })
        _ = try loop.run { answer != nil }
        return answer ?? nil
    }
}
