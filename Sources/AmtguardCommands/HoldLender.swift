import AmtguardCore
import AmtguardLinux
import AmtguardSystemd
import SystemPackage

/// Asks for the place beside a hold that is in a probe's way, or else who is there.
struct HoldLender {
    let manager: ManagerBus?

    /// Has a socket bound there.
    ///
    /// The corresponding method is `LendHold` of `org.amtguard1.Manager`.
    /// - Returns: Why it is not; `nil` if it is.
    func lend(_ port: UInt16, on address: IPAddress, to socket: FileDescriptor) -> String? {
        var refusal = "another program has it"
        // AMT shares no address of IPv6, so none of it is held.
        if case .v4 = address, let manager {
            do {
                _ = try manager.call("LendHold", [.string("\(address)"), .uint16(port), .descriptor(socket)])
                return nil
            } catch {
                refusal = Self.words(for: error) ?? refusal
            }
        }
        return Self.listener(on: port, address) ?? refusal
    }

    /// `nil` where the daemon has nothing to do with it.
    private static func words(for error: BusError) -> String? {
        switch error.name {
        case "org.freedesktop.DBus.Error.AccessDenied": "perhaps a hold of amtguardd, which lends it to root alone"
        case "org.freedesktop.DBus.Error.InvalidArgs", "org.freedesktop.DBus.Error.Failed":
            "a hold of amtguardd: \(printable(error.message.utf8, atMost: 200))"
        default: nil
        }
    }

    /// A server in the way, by its name.
    private static func listener(on port: UInt16, _ address: IPAddress) -> String? {
        let listeners = try? readSockets(on: PortSet(port...port)).listeners.filter { listener in
            guard listener.protocol == .tcp else { return false }
            return switch listener.reach {
            case .wildcard: listener.takesIPv4 || address.ipv4 == nil
            case .address, .loopback: listener.address == address
            }
        }
        return listeners?.first?.obstacle.says
    }
}
