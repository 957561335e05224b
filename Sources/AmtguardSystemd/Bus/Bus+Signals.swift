import CSystemd
import Glibc
import SystemPackage

/// Signals, sent and received.
extension Bus {
    /// The most emissions that may wait for the other side. Further ones are dropped: the other side does not read.
    static let queueBound: UInt64 = 1_024

    /// Whether an emission can arrive.
    private var isListening: Bool { isReady && queued < Self.queueBound }

    /// Emits a signal. The corresponding C functions are `sd_bus_message_new_signal` and `sd_bus_send`.
    func emit(_ signal: String, _ path: String, _ interface: String, _ arguments: [BusValue]) {
        guard isListening else { return }
        var message: OpaquePointer?
        var result = unsafe sd_bus_message_new_signal(bus, &message, path, interface, signal)
        defer { unsafe sd_bus_message_unref(message) }
        if result >= 0 { result = unsafe arguments.append(to: message) }
        if result >= 0 { _ = unsafe sd_bus_send(bus, message, nil) }
    }

    /// Emits PropertiesChanged with the present values of properties that are declared to do so.
    ///
    /// The corresponding C function is `sd_bus_emit_properties_changed_strv`.
    func emitChanged(_ path: String, _ interface: String, _ properties: [String]) {
        guard isListening, !properties.isEmpty else { return }
        var names: [UnsafeMutablePointer<CChar>?] = unsafe properties.map { unsafe strdup($0) }
        unsafe names.append(nil)
        defer { unsafe names.forEach { unsafe free($0) } }
        unsafe names.withUnsafeMutableBufferPointer {
            _ = unsafe sd_bus_emit_properties_changed_strv(bus, path, interface, $0.baseAddress)
        }
    }

    /// Calls `body` for each matching broadcast signal, for as long as the subscription lives.
    ///
    /// The corresponding C function is `sd_bus_add_match_async`.
    func subscribe(_ signals: SignalMatch, _ body: @escaping (BusMessage) -> Void) throws(Errno) -> BusSubscription {
        let subscription = BusSubscription(body)
        var slot: OpaquePointer?
        unsafe try check(
            sd_bus_add_match_async(
                bus, &slot, signals.rule,
                { message, userdata, _ in
                    // The bus compares the sender of a broadcast with the match, but not the sender of a signal that is
                    // addressed to this connection alone: any process could have sent that.
                    guard unsafe sd_bus_message_get_destination(message) == nil else { return 0 }
                    unsafe object(BusSubscription.self, behind: userdata).body(BusMessage(message))
                    return 0
                },
                // Without this callback libsystemd ends the connection when the bus refuses the match.
                { _, _, _ in 0 }, Unmanaged.passUnretained(subscription).toOpaque()))
        unsafe subscription.slot = slot
        return subscription
    }
}

/// A match on one connection. It ends with the object. The corresponding C type is `sd_bus_slot`.
@safe final class BusSubscription {
    fileprivate let body: (BusMessage) -> Void
    fileprivate var slot: OpaquePointer?

    fileprivate init(_ body: @escaping (BusMessage) -> Void) {
        self.body = body
    }

    deinit {
        unsafe sd_bus_slot_unref(slot)
    }
}
