import CSystemd
import Glibc
import SystemPackage

/// A call of a method of one of our objects. It is answered once, now or later.
///
/// If the value is dropped without an answer, the call is answered with an error, so that no caller waits in vain.
@safe public final class BusCall: BusMessage {
    private var isAnswered = false

    deinit {
        fail("org.freedesktop.DBus.Error.Failed", "The call was dropped.")
    }

    /// Answers with the method's results. The corresponding C function is `sd_bus_message_new_method_return`.
    ///
    /// A second answer is ignored, and so is an answer to a caller that is gone.
    public func reply(_ values: [BusValue] = []) {
        guard !isAnswered else { return }
        isAnswered = true
        var reply: OpaquePointer?
        var result = unsafe sd_bus_message_new_method_return(message, &reply)
        defer { unsafe sd_bus_message_unref(reply) }
        for value in values where result >= 0 {
            result = unsafe value.append(to: reply)
        }
        if result >= 0 {
            result = unsafe sd_bus_send(sd_bus_message_get_bus(message), reply, nil)
        }
        if result < 0 {
            // Too many of our descriptors are open, or memory is short: the caller gets the error. A dead connection
            // refuses this as well.
            _ = unsafe sd_bus_reply_method_errno(message, result, nil)
        }
    }

    /// Answers with an error. The corresponding C function is `sd_bus_reply_method_error`.
    ///
    /// - Parameters:
    ///   - name: for programs, for example `org.freedesktop.DBus.Error.AccessDenied`.
    ///   - text: for people.
    public func fail(_ name: String, _ text: String) {
        guard !isAnswered else { return }
        isAnswered = true
        var error = unsafe sd_bus_error()
        defer { unsafe sd_bus_error_free(&error) }
        unsafe sd_bus_error_set(&error, name, text)
        _ = unsafe sd_bus_reply_method_error(message, &error)
    }

    /// Answers that access is denied.
    public func refuse() {
        fail("org.freedesktop.DBus.Error.AccessDenied", "Access denied.")
    }

    /// Answers with an error: too many calls are waiting.
    func failForNow() {
        fail(
            "org.freedesktop.DBus.Error.LimitsExceeded",
            "Too many calls wait for an authorization. Call again when one of them is answered.")
    }

    /// Whether the caller allows a request for a password.
    ///
    /// The corresponding C function is `sd_bus_message_get_allow_interactive_authorization`.
    var allowsInteraction: Bool {
        unsafe sd_bus_message_get_allow_interactive_authorization(message) > 0
    }
}
