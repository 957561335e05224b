import CSystemd
import Glibc
import SystemPackage

/// Identifies the calling user, and decides whether the user may call. Never blocks, unlike libsystemd's own
/// `sd_bus_query_sender_privilege`.
extension Bus {
    /// How long a person has to type a password.
    private static let interaction: Duration = .seconds(60)

    /// The user of a caller, as the bus reports it; nil if unknown, or if the caller is gone.
    ///
    /// Unique names are never reused on one bus, so a late answer is still about the caller.
    func user(of call: BusCall, _ body: @escaping (UInt32?) -> Void) {
        guard unsafe sd_bus_is_bus_client(bus) > 0 else { return body(peerUser) }
        guard let sender = call.sender else { return body(nil) }
        guard waitingRoom.admit(sender) else {
            call.failForNow()
            return body(nil)
        }
        self.call(
            "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "GetConnectionUnixUser",
            [.string(sender)]
        ) { [weak self] reply in
            self?.waitingRoom.leave(sender)
            body(try? reply?.readUInt32())
        }
    }

    /// Decides about a call: root may make it, and others if polkit allows it. Without polkit the decision is no. If
    /// too many calls wait already, the call is answered with an error, and `decide` gets false.
    func authorize(_ call: BusCall, _ action: String, _ decide: @escaping (Bool) -> Void) {
        user(of: call) { [weak self] user in
            guard user != 0 else { return decide(true) }
            guard let self, let user, let sender = call.sender else { return decide(false) }
            guard self.waitingRoom.admit(user) else {
                call.failForNow()
                return decide(false)
            }
            self.askPolkit(sender, action, interactive: call.allowsInteraction) { [weak self] isAllowed in
                self?.waitingRoom.leave(user)
                decide(isAllowed)
            }
        }
    }

    /// The user at the other end of a connection without a bus. The corresponding C function is
    /// `sd_bus_get_owner_creds`.
    private var peerUser: UInt32? {
        var credentials: OpaquePointer?
        guard unsafe sd_bus_get_owner_creds(bus, UInt64(SD_BUS_CREDS_EUID), &credentials) >= 0 else {
            return nil
        }
        defer { unsafe sd_bus_creds_unref(credentials) }
        var user: uid_t = 0
        guard unsafe sd_bus_creds_get_euid(credentials, &user) >= 0 else { return nil }
        return user
    }

    /// CheckAuthorization takes `(sa{sv})sa{ss}us`: the subject, the action, details, flags, a cancellation id.
    private func askPolkit(
        _ sender: String, _ action: String, interactive: Bool, _ decide: @escaping (Bool) -> Void
    ) {
        unsafe call(
            "org.freedesktop.PolicyKit1", "/org/freedesktop/PolicyKit1/Authority",
            "org.freedesktop.PolicyKit1.Authority", "CheckAuthorization", timeout: Self.interaction,
            { message in
                let subject = unsafe sd_bus_message_append_container(message, "r", "sa{sv}") {
                    let kind = unsafe sd_bus_message_append_basic(message, "system-bus-name")
                    guard kind >= 0 else { return kind }
                    return unsafe sd_bus_message_append_container(message, "a", "{sv}") {
                        unsafe sd_bus_message_append_container(message, "e", "sv") {
                            let key = unsafe sd_bus_message_append_basic(message, "name")
                            guard key >= 0 else { return key }
                            return unsafe sd_bus_message_append_container(message, "v", "s") {
                                unsafe sd_bus_message_append_basic(message, sender)
                            }
                        }
                    }
                }
                guard subject >= 0 else { return subject }
                let what = unsafe sd_bus_message_append_basic(message, action)
                guard what >= 0 else { return what }
                let details = unsafe sd_bus_message_append_container(message, "a", "{ss}")
                guard details >= 0 else { return details }
                // 1: polkit may ask the user for a password. By the bus's convention only if the caller's message
                // allows it.
                return unsafe [.uint32(interactive ? 1 : 0), .string("")].append(to: message)
            }
        ) { reply in
            decide(reply?.readIsAuthorized() ?? false)
        }
    }
}

extension BusMessage {
    /// The first member of polkit's `(bba{ss})`. Any error, also a missing polkit, means no.
    fileprivate func readIsAuthorized() -> Bool {
        guard unsafe sd_bus_message_enter_container(message, letter("r"), ("bba{ss}" as StaticString).cString) > 0
        else { return false }
        return (try? readBool()) ?? false
    }
}
