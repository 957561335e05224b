import CSystemd

@testable import AmtguardSystemd

extension BusInterface {
    /// A stand-in for polkit: it records the question in words, and always gives the same answer.
    static func polkit(_ asked: Box<[String]>, says answer: Bool) -> BusInterface {
        BusInterface(
            "org.freedesktop.PolicyKit1.Authority",
            methods: [
                .init(
                    "CheckAuthorization",
                    takes: ["subject": "(sa{sv})", "action": "s", "details": "a{ss}", "flags": "u", "id": "s"],
                    returns: ["result": "(bba{ss})"]
                ) { call in
                    guard let question = try? call.readQuestion() else { return }
                    asked.value.append(question)
                    call.replyResult(answer)
                }
            ])
    }
}

extension BusCall {
    fileprivate func readQuestion() throws -> String {
        unsafe try check(sd_bus_message_enter_container(message, letter("r"), "sa{sv}"))
        var words = [try readString()]
        for (name, value) in try readProperties() {
            guard case .string(let text) = value else { continue }
            words += [name, text]
        }
        unsafe try check(sd_bus_message_exit_container(message))
        words.append(try readString())
        unsafe try check(sd_bus_message_skip(message, "a{ss}"))
        words.append("\(try readUInt32())")
        return words.joined(separator: " ")
    }

    fileprivate func replyResult(_ answer: Bool) {
        var reply: OpaquePointer?
        unsafe sd_bus_message_new_method_return(message, &reply)
        _ = unsafe sd_bus_message_append_container(reply, "r", "bba{ss}") {
            _ = unsafe [BusValue.bool(answer), .bool(false)].append(to: reply)
            return unsafe sd_bus_message_append_container(reply, "a", "{ss}")
        }
        unsafe sd_bus_send(sd_bus_message_get_bus(message), reply, nil)
        unsafe sd_bus_message_unref(reply)
    }
}
