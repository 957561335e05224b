import AmtguardCore
import AmtguardSystemd
import SystemPackage

/// The outcome of a request to the daemon for its status.
enum Contact: Hashable {
    case answered(String)
    /// It owns its name on the bus but does not answer.
    case silent
    /// The daemon, or the bus on its behalf, answered with an error.
    case refused(String)
    /// No process owns its name on the bus.
    case absent
    /// There is no bus, or the bus itself does not answer.
    case noBus

    /// The corresponding method is `Describe` of `org.amtguard1.Manager`; it never starts the daemon.
    init(_ bus: ManagerBus?) {
        guard let bus else {
            self = .noBus
            return
        }
        do {
            let values = try bus.call("Describe")
            guard case .string(let text)? = values.first else {
                self = .refused("its answer is not text")
                return
            }
            self = .answered(text)
        } catch {
            // The daemon may hang or have ended since the request, or the bus itself may hang.
            self =
                switch bus.hasOwner() {
                case nil: .noBus
                case false?: .absent
                case true? where error.isSilence: .silent
                case true?: .refused(printable(error.message.utf8, atMost: 200))
                }
        }
    }
}

extension BusError {
    /// Whether the answer did not arrive in time.
    var isSilence: Bool { errno == .timedOut || name == "org.freedesktop.DBus.Error.NoReply" }
}
