import AmtguardCore
import AmtguardSystemd
import SystemPackage

/// What came of asking the daemon for its status over the bus.
enum Contact: Hashable {
    case answered(String)
    /// It has its name on the bus, and does not answer.
    case silent
    /// It answered, or the bus for it, with an error.
    case refused(String)
    /// Nobody has its name on the bus.
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
                self = .refused("its answer is no text")
                return
            }
            self = .answered(text)
        } catch {
            // The daemon or the bus may hang, or the daemon may have ended meanwhile.
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
    /// Whether no answer came in time, and not an answer that is an error.
    var isSilence: Bool { errno == .timedOut || name == "org.freedesktop.DBus.Error.NoReply" }
}
