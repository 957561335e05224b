import CSystemd
import Glibc
import SystemPackage

/// One interface at one path. It outlives the connections on which it is registered.
@safe final class BusObject {
    private let path: String
    private let interface: BusInterface
    private let vtable: BusVTable
    private weak var bus: Bus?
    private var slots: [OpaquePointer]

    init(_ path: String, _ interface: BusInterface) {
        self.path = path
        self.interface = interface
        unsafe slots = []
        unsafe vtable = BusVTable(
            interface,
            method: { message, userdata, _ in
                unsafe object(BusObject.self, behind: userdata).dispatch(BusCall(message))
                return 1
            },
            get: { _, _, _, name, reply, userdata, _ in
                unsafe object(BusObject.self, behind: userdata).get(name, into: reply)
            },
            // Refuses every caller. `intercept` handles a `Set` with the right arguments before libsystemd calls this.
            set: { _, _, _, _, _, _, _ in -EACCES })
    }

    deinit {
        detach()
    }

    /// Registers the object on a connection, and no longer on the former one.
    ///
    /// The corresponding C function is `sd_bus_add_object_vtable`.
    /// - Throws: `.notConnected`, `.noMemory`. An interface that libsystemd refuses is a bug of ours, and traps.
    func attach(to bus: Bus) throws(Errno) {
        detach()
        self.bus = bus
        let userdata = unsafe Unmanaged.passUnretained(self).toOpaque()
        var slot: OpaquePointer?
        let result = unsafe sd_bus_add_object_vtable(
            bus.bus, &slot, path, interface.name.cString, vtable.entries, userdata)
        precondition(result != -EINVAL && result != -EEXIST, "\(interface.name) at \(path): not a valid interface")
        try check(result)
        unsafe slots.append(made(slot))

        guard interface.properties.contains(where: { $0.set != nil }) else { return }
        unsafe try check(
            sd_bus_add_object(
                bus.bus, &slot, path,
                { message, userdata, _ in
                    unsafe object(BusObject.self, behind: userdata).intercept(BusMessage(message)) ? 1 : 0
                }, userdata))
        unsafe slots.append(made(slot))
    }

    /// Removes the object. The corresponding C function is `sd_bus_slot_unref`.
    func detach() {
        unsafe slots.forEach { unsafe sd_bus_slot_unref($0) }
        unsafe slots = []
    }

    private func dispatch(_ call: BusCall) {
        guard let method = interface.methods.first(where: { call.isMember($0.name) }) else {
            preconditionFailure("\(interface.name) was called for a method that it does not have")
        }
        method.handler(call)
    }

    private func get(_ name: UnsafePointer<CChar>?, into reply: OpaquePointer?) -> CInt {
        guard let property = interface.properties.first(where: { unsafe $0.name.matches(name) }) else {
            preconditionFailure("\(interface.name) was asked for a property that it does not have")
        }
        let value = property.get()
        assert(value.signature == "\(property.signature)", "\(property.name) is a \(value.signature)")
        return unsafe value.append(to: reply)
    }

    /// Handles `Properties.Set` before libsystemd does: libsystemd would ask the bus for the sender, and block.
    ///
    /// - Returns: false for any other message than a `Set` of a writable property of this interface.
    private func intercept(_ message: BusMessage) -> Bool {
        guard message.isSet else { return false }
        guard (try? message.readString()) == "\(interface.name)", let name = try? message.readString(),
            let property = interface.properties.first(where: { "\($0.name)" == name }), let set = property.set
        else {
            message.rewind()
            return false
        }
        let call = unsafe BusCall(message.message)
        ifRoot(call) { [weak self] in
            guard call.isVariant(of: property.signature), let value = try? call.readValue(), set(value) else {
                return call.fail("org.freedesktop.DBus.Error.InvalidArgs", "This value is not accepted.")
            }
            call.reply()
            guard let self, case .emitsChange = property.change else { return }
            self.bus?.emitChanged(self.path, "\(self.interface.name)", [name])
        }
        return true
    }

    private func ifRoot(_ call: BusCall, _ body: @escaping () -> Void) {
        guard let bus else { return }
        bus.user(of: call) { user in
            guard user == 0 else { return call.refuse() }
            body()
        }
    }
}

extension BusMessage {
    fileprivate func isMember(_ name: StaticString) -> Bool {
        unsafe name.matches(sd_bus_message_get_member(message))
    }

    fileprivate var isSet: Bool {
        unsafe sd_bus_message_is_method_call(message, "org.freedesktop.DBus.Properties", "Set") > 0
            && sd_bus_message_has_signature(message, "ssv") > 0
    }

    /// Whether the next argument is a variant of exactly this type. The corresponding C function is
    /// `sd_bus_message_verify_type`.
    fileprivate func isVariant(of type: StaticString) -> Bool {
        unsafe sd_bus_message_verify_type(message, letter("v"), type.cString) > 0
    }

    fileprivate func rewind() {
        _ = unsafe sd_bus_message_rewind(message, 1)
    }
}
