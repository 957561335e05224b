import CSystemd
import Glibc
import SystemPackage

/// One connection, from its beginning to its end: to a bus, or in tests to a single peer.
///
/// The corresponding C type is `sd_bus`. Nothing here blocks: messages that can't be sent yet are queued.
@safe final class Bus {
    let bus: OpaquePointer
    /// Calls without an answer. They are stored here so that the end of the connection can answer them.
    private var pending: [ObjectIdentifier: PendingCall] = [:]

    private var gate: BusGate?
    private static let sendBufferSize = 131_072
    var waitingRoom = WaitingRoom()
    /// Called when calls are dropped because the bus no longer reads our answers.
    var onClogged: () -> Void = {}
    /// Called when broadcast signals are dropped, because too many come in a second.
    var onSignalsLost: () -> Void = {}

    /// How many answers may wait for the bus to read them. Beyond that, no call is answered. The bus stops reading from
    /// a connection when it queues too many of its messages for clients that do not read.
    static let answerBound: UInt64 = 32

    /// How long to wait for an answer of the bus or of a service, if no person has to act.
    static let patience: Duration = .seconds(5)

    /// Starts a connection to the bus at `address`.
    ///
    /// A connection to a socket, the usual address of a bus, goes through a gate. libsystemd itself connects to any
    /// other address; its owner may appear later. The corresponding C functions are `sd_bus_set_fd`,
    /// `sd_bus_set_address` and `sd_bus_start`.
    static func connect(to address: BusAddress, on loop: EventLoop) throws(Errno) -> Bus {
        let connection = try Bus()
        let bus = unsafe connection.bus
        var output: FileDescriptor?
        if let path = address.path {
            let socket = try BusAddress.connect(to: path)
            let (gate, input) = try BusGate.make(socket, on: loop)
            let copy = FileDescriptor(rawValue: fcntl(socket.rawValue, F_DUPFD_CLOEXEC, 3))
            let result = unsafe sd_bus_set_fd(bus, input.rawValue, copy.rawValue)
            guard result >= 0 else {
                try? input.close()
                if copy.rawValue >= 0 { try? copy.close() }
                throw Errno(rawValue: -result)
            }
            gate.isClogged = { [unowned connection] in connection.isClogged }
            gate.onClogged = { [unowned connection] in connection.onClogged() }
            gate.onSignalsLost = { [unowned connection] in connection.onSignalsLost() }
            connection.gate = gate
            output = copy
        } else {
            unsafe try check(sd_bus_set_address(bus, address.text))
            unsafe try check(sd_bus_set_watch_bind(bus, 1))
        }
        unsafe try check(sd_bus_set_bus_client(bus, 1))
        unsafe try check(sd_bus_set_connected_signal(bus, 1))
        unsafe try check(sd_bus_start(bus))
        if let output { limitSendBuffer(of: output) }
        unsafe try check(sd_bus_attach_event(bus, loop.event, CInt(EventLoop.Priority.others.rawValue)))
        return connection
    }

    /// libsystemd gives the socket a buffer of 8 MiB, and the kernel doubles it. With so large a buffer, we would
    /// notice too late that the bus no longer reads. The corresponding C function is `setsockopt` with SO_SNDBUF.
    private static func limitSendBuffer(of output: FileDescriptor) {
        var size = CInt(sendBufferSize)
        _ = unsafe setsockopt(output.rawValue, SOL_SOCKET, SO_SNDBUF, &size, socklen_t(MemoryLayout<CInt>.size))
    }

    /// Communicates with one peer over a connected socket, which it takes over, without a bus.
    static func peer(_ socket: FileDescriptor, asServer: Bool, on loop: EventLoop) throws(Errno) -> Bus {
        let connection = try Bus()
        let bus = unsafe connection.bus
        unsafe try check(sd_bus_set_fd(bus, socket.rawValue, socket.rawValue))
        if asServer {
            var id = sd_id128_t()
            unsafe try check(sd_id128_randomize(&id))
            unsafe try check(sd_bus_set_server(bus, 1, id))
        }
        unsafe try check(sd_bus_start(bus))
        unsafe try check(sd_bus_attach_event(bus, loop.event, 0))
        return connection
    }

    private init() throws(Errno) {
        var bus: OpaquePointer?
        unsafe try check(sd_bus_new(&bus))
        unsafe self.bus = made(bus)
        // The process that closes a descriptor last does the work of closing it, so another process could make this one
        // block there.
        unsafe try check(sd_bus_negotiate_fds(self.bus, 0))
        // At the loop's end libsystemd would flush, and block while a bus hangs.
        unsafe try check(sd_bus_set_close_on_exit(self.bus, 0))
        unsafe try check(sd_bus_set_method_call_timeout(self.bus, Self.patience.microseconds))
    }

    deinit {
        close()
        unsafe sd_bus_unref(bus)
    }

    /// Ends the connection without blocking. The corresponding C function is `sd_bus_close`.
    func close() {
        unsafe sd_bus_close(bus)
        // The closures may retain messages, which retain the connection: this breaks the cycle.
        let calls = pending.values
        pending = [:]
        for call in calls { call.finish(nil) }
    }

    /// Whether messages can be sent and received now. The corresponding C function is `sd_bus_is_ready`.
    var isReady: Bool { unsafe sd_bus_is_ready(bus) > 0 }

    /// How many messages the other side has not read yet. The corresponding C function is `sd_bus_get_n_queued_write`.
    var queued: UInt64 {
        var count: UInt64 = 0
        _ = unsafe sd_bus_get_n_queued_write(bus, &count)
        return count
    }

    /// Whether the bus reads too slowly, so that no further call may be answered.
    var isClogged: Bool { queued >= Self.answerBound }

    /// Processes what is ready, after a wait for the other side of at most `timeout`.
    ///
    /// The corresponding C functions are `sd_bus_wait` and `sd_bus_process`.
    /// - Returns: false if the caller should stop: the connection is dead, or is being processed already.
    func process(within timeout: Duration) -> Bool {
        let result = unsafe sd_bus_process(bus, nil)
        guard result == 0 else { return result > 0 }
        return unsafe sd_bus_wait(bus, timeout.microseconds) >= 0
    }

    /// Calls a method and passes on the answer, which may be an error, or nil if the connection ends first.
    ///
    /// The corresponding C function is `sd_bus_call_async`.
    /// - Parameters:
    ///   - destination: nil for a peer without a bus.
    ///   - timeout: after this time the answer is an error of the name `org.freedesktop.DBus.Error.NoReply`.
    ///   - fill: adds the arguments, and returns what libsystemd returned.
    func call(
        _ destination: String?, _ path: String, _ interface: String, _ member: String,
        timeout: Duration = Bus.patience, _ fill: (OpaquePointer?) -> CInt,
        answer: @escaping (BusMessage?) -> Void
    ) {
        var message: OpaquePointer?
        var result = unsafe sd_bus_message_new_method_call(bus, &message, destination, path, interface, member)
        defer { unsafe sd_bus_message_unref(message) }
        if result >= 0 { result = unsafe fill(message) }

        let call = PendingCall()
        let id = ObjectIdentifier(call)
        call.answer = { [weak self] reply in
            self?.pending[id] = nil
            answer(reply)
        }
        guard result >= 0 else { return call.finish(nil) }

        let retained = unsafe Unmanaged.passRetained(call)
        var slot: OpaquePointer?
        result = unsafe sd_bus_call_async(
            bus, &slot, message,
            { message, userdata, _ in
                unsafe object(PendingCall.self, behind: userdata).finish(BusMessage(message))
                return 0
            }, retained.toOpaque(), timeout.microseconds)
        guard result >= 0 else {
            unsafe retained.release()
            return call.finish(nil)
        }
        pending[id] = call
        // A slot must not be freed in its own callback: let libsystemd do it afterwards.
        unsafe sd_bus_slot_set_destroy_callback(slot) { unsafe release(PendingCall.self, behind: $0) }
        unsafe sd_bus_slot_set_floating(slot, 1)
        unsafe sd_bus_slot_unref(slot)
    }

    /// Calls a method with plain arguments.
    func call(
        _ destination: String?, _ path: String, _ interface: String, _ member: String, _ arguments: [BusValue],
        timeout: Duration = Bus.patience, answer: @escaping (BusMessage?) -> Void
    ) {
        unsafe call(
            destination, path, interface, member, timeout: timeout, { unsafe arguments.append(to: $0) }, answer: answer)
    }
}

/// A call that waits for its answer, and gets one exactly once.
private final class PendingCall {
    var answer: ((BusMessage?) -> Void)?

    func finish(_ reply: BusMessage?) {
        let answer = self.answer
        self.answer = nil
        answer?(reply)
    }
}

extension [BusValue] {
    /// Adds all values to a message that is being written, up to the first that fails.
    func append(to message: OpaquePointer?) -> CInt {
        for value in self {
            let result = unsafe value.append(to: message)
            guard result >= 0 else { return result }
        }
        return 0
    }
}
