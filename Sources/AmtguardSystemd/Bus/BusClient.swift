import CSystemd
import Glibc
import SystemPackage

/// A caller on the system bus that blocks until it gets an answer: for programs that ask once and end.
///
/// The corresponding C type is `sd_bus`.
@safe public struct BusClient: ~Copyable {
    private let connection: Connection

    /// Connects, and waits until that has succeeded.
    ///
    /// - Parameters:
    ///   - address: nil for DBUS_SYSTEM_BUS_ADDRESS, or else the system bus.
    ///   - timeout: how long to wait for a bus that hangs.
    /// - Throws: `.noSuchFileOrDirectory` or `.connectionRefused` if there is no bus, `.timedOut`.
    public init(address: String? = nil, timeout: Duration = .seconds(3)) throws(BusError) {
        do throws(Errno) {
            connection = try Connection(address ?? SystemBus.defaultAddress, timeout)
        } catch {
            throw BusError(error)
        }
    }

    /// Calls a method and returns its results. It never starts a service that does not run.
    ///
    /// The corresponding C function is `sd_bus_call`.
    /// - Parameter timeout: for the answer; use more if a user may have to type a password.
    /// - Throws: the service's error, or `org.freedesktop.DBus.Error.ServiceUnknown`, or `.timedOut`.
    public func call(
        _ destination: String, path: String, interface: String, _ member: String, _ arguments: [BusValue] = [],
        timeout: Duration = .seconds(3)
    ) throws(BusError) -> [BusValue] {
        var message: OpaquePointer?
        var result = unsafe sd_bus_message_new_method_call(
            connection.bus, &message, destination, path, interface, member)
        defer { unsafe sd_bus_message_unref(message) }
        if result >= 0 { result = unsafe arguments.append(to: message) }
        if result >= 0 { result = unsafe sd_bus_message_set_auto_start(message, 0) }
        if result >= 0 { result = unsafe sd_bus_message_set_allow_interactive_authorization(message, 1) }
        guard result >= 0 else { throw BusError(Errno(rawValue: -result)) }

        var error = unsafe sd_bus_error()
        defer { unsafe sd_bus_error_free(&error) }
        var reply: OpaquePointer?
        result = unsafe sd_bus_call(connection.bus, message, timeout.microseconds, &error, &reply)
        guard result >= 0 else {
            throw unsafe error.name == nil ? BusError(Errno(rawValue: -result)) : BusError(error)
        }
        let answer = unsafe BusMessage(reply)
        unsafe sd_bus_message_unref(reply)
        do throws(Errno) {
            var values: [BusValue] = []
            while let value = try answer.readValue() { values.append(value) }
            return values
        } catch {
            throw BusError(error)
        }
    }

    /// Reads a property. The corresponding C function is `sd_bus_get_property`.
    public func property(
        _ destination: String, path: String, interface: String, _ name: String, timeout: Duration = .seconds(3)
    ) throws(BusError) -> BusValue {
        let values = try call(
            destination, path: path, interface: "org.freedesktop.DBus.Properties", "Get",
            [.string(interface), .string(name)], timeout: timeout)
        guard let value = values.first else { throw BusError(.badMessage) }
        return value
    }

    @safe private final class Connection {
        let bus: OpaquePointer

        init(_ address: String, _ timeout: Duration) throws(Errno) {
            var bus: OpaquePointer?
            unsafe try check(sd_bus_new(&bus))
            unsafe self.bus = made(bus)
            unsafe try check(sd_bus_set_address(bus, address))
            unsafe try check(sd_bus_set_bus_client(bus, 1))
            unsafe try check(sd_bus_start(bus))

            // sd_bus_call would connect as well, but waits up to 90 s for a bus that hangs.
            let deadline = BootClock.now + timeout
            while unsafe sd_bus_is_ready(bus) <= 0 {
                guard unsafe try check(sd_bus_process(bus, nil)) == 0 else { continue }
                let rest = deadline - BootClock.now
                guard rest > .zero else { throw .timedOut }
                let result = unsafe sd_bus_wait(bus, rest.microseconds)
                if result != -EINTR { try check(result) }
            }
        }

        deinit {
            unsafe sd_bus_close(bus)
            unsafe sd_bus_unref(bus)
        }
    }
}
