import CSystemd

@testable import AmtguardSystemd

extension SocketPair {
    /// Sets a property to a string of a given type.
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
