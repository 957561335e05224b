import AmtguardCore
import AmtguardLinux
import AmtguardSystemd
import SystemPackage

/// What amtguardd contributes to a probe: the required ports, whether AMT shares an address, its holds, and its record
/// of the result.
///
/// A probe also works without it.
struct ProbeGuardian {
    private let manager: ManagerBus?
    private let status: Status?
    /// Whether this host translates addresses; `nil` if that is unknown.
    let translates: Bool?

    init(root: FilePath?) {
        manager = try? ManagerBus(root: root)
        guard case .report(let assessment) = Inquiry(root: root, looks: false).outcome() else {
            (status, translates) = (nil, nil)
            return
        }
        status = assessment.status
        // Only a current report of this network namespace counts, because rules change.
        let isHere = assessment.status.observed.namespace == (try? NetworkNamespace.identity())
        let contact = isHere && assessment.voice == .answers ? Contact(manager) : .absent
        translates = if case .answered(let text) = contact { TranslationAnswer(text)?.isInUse } else { nil }
    }

    /// The required ports; `nil` if they are unknown, or there are none.
    var required: PortSet? {
        let ports = status.flatMap { PortSet(told: $0.ports.required) }
        return ports.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The TCP ports that amtguardd holds on an address.
    func held(on address: IPAddress) -> PortSet {
        let holds = status?.holds.filter {
            $0.address == "\(address)" && $0.protocol == Hold.TransportProtocol.tcp.rawValue && $0.state == "held"
        }
        return PortSet(merging: (holds ?? []).map { $0.port...$0.port })
    }

    /// Whether AMT shares an address; `nil` if unknown.
    func shares(_ address: IPAddress) -> Bool? {
        guard case .v4 = address else { return false }
        guard let interfaces = status?.amt.interfaces else { return nil }
        if interfaces.contains(where: { $0.address == "shared" && $0.hostAddresses.contains("\(address)") }) {
            return true
        }
        return interfaces.contains { $0.address == "unknown" } ? nil : false
    }

    /// Asks amtguardd to record a result, if the result shows anything.
    ///
    /// The corresponding method is `RecordProbe` of `org.amtguard1.Manager`.
    /// - Returns: Why amtguardd does not record it; `nil` if it does.
    func remember(_ result: ProbeResult) -> Reason? {
        func not(_ why: String, _ advice: String? = nil) -> Reason {
            Reason(id: "not-remembered", says: "the result is not kept: \(why)", advice: advice)
        }
        guard result.saysAnything else { return not("no port could be tried") }
        guard let manager = manager else {
            return not("there is no bus on which to reach amtguardd")
        }
        do {
            _ = try manager.call("RecordProbe", [.string(result.encoded)])
            return nil
        } catch {
            switch error.name {
            case "org.freedesktop.DBus.Error.ServiceUnknown", "org.freedesktop.DBus.Error.NameHasNoOwner":
                return not("amtguardd does not run", "Start it: systemctl start amtguardd.")
            case "org.freedesktop.DBus.Error.AccessDenied":
                return not("amtguardd accepts it only from root", "Run the probe as root.")
            case _ where error.isSilence:
                return not("amtguardd does not answer", "See systemctl status amtguardd.")
            default: return not("amtguardd: \(printable(error.message.utf8, atMost: 200))")
            }
        }
    }
}
