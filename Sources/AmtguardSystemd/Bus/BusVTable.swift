import CSystemd

/// An interface in libsystemd's form. It and its strings do not move while the value exists.
///
/// The corresponding C type is `sd_bus_vtable`.
@safe struct BusVTable: ~Copyable {
    let entries: UnsafeMutablePointer<sd_bus_vtable>
    private var strings: [UnsafeMutablePointer<CChar>]

    init(
        _ interface: BusInterface, method: sd_bus_message_handler_t, get: sd_bus_property_get_t,
        set: sd_bus_property_set_t
    ) {
        let count = interface.methods.count + interface.properties.count + interface.signals.count + 2
        unsafe strings = []
        unsafe entries = .allocate(capacity: count)
        var entry = unsafe entries
        func add(_ value: sd_bus_vtable) {
            unsafe entry.initialize(to: value)
            unsafe entry += 1
        }

        unsafe add(shim_vtable_start())
        for offer in interface.methods {
            // The handler decides which callers are allowed: libsystemd's own check is a blocking call to the bus.
            unsafe add(
                shim_vtable_method(
                    offer.name.cString, keep(offer.takes.map(\.value)), keep(offer.returns.map(\.value)),
                    keep((offer.takes.map(\.key) + offer.returns.map(\.key)), separate: true), method,
                    UInt64(SD_BUS_VTABLE_UNPRIVILEGED)))
        }
        for offer in interface.properties {
            let flags =
                switch offer.change {
                case .const: UInt64(SD_BUS_VTABLE_PROPERTY_CONST)
                case .emitsChange: UInt64(SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE)
                case .silent: UInt64(0)
                }
            if offer.set == nil {
                unsafe add(shim_vtable_property(offer.name.cString, offer.signature.cString, get, flags))
            } else {
                // The setter refuses callers without the permission, so libsystemd need not check the caller, as above.
                unsafe add(
                    shim_vtable_writable_property(
                        offer.name.cString, offer.signature.cString, get, set,
                        flags | UInt64(SD_BUS_VTABLE_UNPRIVILEGED)))
            }
        }
        for offer in interface.signals {
            unsafe add(
                shim_vtable_signal(
                    offer.name.cString, keep(offer.carries.map(\.value)),
                    keep(offer.carries.map(\.key), separate: true)))
        }
        unsafe add(shim_vtable_end())
    }

    deinit {
        unsafe entries.deallocate()
        unsafe strings.forEach { unsafe $0.deallocate() }
    }

    /// Joins texts into one C string, or into a C nulstr: each text with its NUL, and one more NUL.
    private mutating func keep(_ texts: [StaticString], separate: Bool = false) -> UnsafePointer<CChar> {
        var bytes: [UInt8] = []
        for text in texts {
            bytes += Array("\(text)".utf8)
            if separate { bytes.append(0) }
        }
        bytes.append(0)
        let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
        for (index, byte) in bytes.enumerated() { unsafe copy[index] = CChar(bitPattern: byte) }
        unsafe strings.append(copy)
        return unsafe UnsafePointer(copy)
    }
}
