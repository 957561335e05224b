import AmtguardCore
import AmtguardLinux
import AmtguardSystemd
import SystemPackage

/// Asks for a hold that is in a probe's way, or else who is.
struct HoldLender {
    let manager: ManagerBus?

    /// The corresponding method is `LendHold` of `org.amtguard1.Manager`.
    func loan(of port: UInt16, on address: IPAddress) -> Probe.Loan {
        var refusal = "another program has it"
        // AMT shares no address of IPv6, so none of it is held.
        if case .v4 = address, let manager {
            do {
                let values = try manager.call("LendHold", [.string("\(address)"), .uint16(port)])
                if case .descriptor(let socket)? = values.first { return .lent(Descriptor(owning: socket)) }
            } catch {
                refusal = Self.words(for: error) ?? refusal
            }
        }
        return .refused(Self.listener(on: port, address) ?? refusal)
    }

    /// `nil` where the daemon has nothing to do with it.
    private static func words(for error: BusError) -> String? {
        switch error.name {
        case "org.freedesktop.DBus.Error.AccessDenied": "perhaps a hold of amtguardd, which lends it to root alone"
        case "org.amtguard1.Error.LentAlready": "a hold of amtguardd that was lent within the last minute"
        default: nil
        }
    }

    /// A server in the way, by its name.
    private static func listener(on port: UInt16, _ address: IPAddress) -> String? {
        let listeners = try? readSockets(on: PortSet(port...port)).listeners.filter { listener in
            guard listener.protocol == .tcp else { return false }
            return switch listener.reach {
            case .wildcard: listener.takesIPv4 || address.isIPv6
            case .address, .loopback: listener.address == address
            }
        }
        return listeners?.first.map { "\($0.unit ?? "a program of uid \($0.uid)") listens there" }
    }
}

extension IPAddress {
    fileprivate var isIPv6: Bool { if case .v6 = self { true } else { false } }
}
