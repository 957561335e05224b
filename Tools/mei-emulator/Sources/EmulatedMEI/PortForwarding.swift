// LME, which forwards ports between the host and AMT. Unlike all other clients it sends first: it asks the host to
// listen, one port after the other. Its messages are those of APF, which resemble SSH's; their numbers are big endian.

/// The firmware's side of one connection to LME.
struct PortForwarding {
    /// What the firmware waits for.
    private enum Stage {
        /// The version of the host.
        case version
        /// The host accepts the service.
        case service
        /// The host listens on this port, or does not.
        case port(UInt16)
        /// Nothing: all ports were requested.
        case listening
        /// One side has ended the connection.
        case ended

        /// Whether callers may connect: some programs open a channel before all ports were requested.
        var takesChannels: Bool {
            switch self {
            case .service, .port, .listening: true
            case .version, .ended: false
            }
        }
    }

    private var stage = Stage.version
    private var ports: ArraySlice<UInt16>
    /// The channels that both sides have open.
    private var channels: Set<UInt32> = []
    private let address: String
    /// The answer of AMT's web server.
    private let page: [UInt8]
    private let uuid: [UInt8]

    init(_ machine: Machine) {
        ports = machine.forwardedPorts[...]
        address = machine.lme.address ?? (machine.amt.fqdn.isEmpty ? "127.0.0.1" : machine.amt.fqdn)
        page = Array(
            ("HTTP/1.1 401 Unauthorized\r\nServer: Intel(R) Active Management Technology \(machine.amt.version)\r\n"
                + "Content-Length: 0\r\nConnection: close\r\n\r\n").utf8)
        uuid = machine.amt.uuid
    }

    /// APF's numbers of its messages.
    private enum Kind {
        static let disconnect: UInt8 = 1
        static let serviceRequest: UInt8 = 5
        static let serviceAccept: UInt8 = 6
        static let globalRequest: UInt8 = 80
        static let success: UInt8 = 81
        static let failure: UInt8 = 82
        static let channelOpen: UInt8 = 90
        static let channelOpened: UInt8 = 91
        static let windowAdjust: UInt8 = 93
        static let channelData: UInt8 = 94
        static let channelClose: UInt8 = 97
        static let version: UInt8 = 192
        static let keepAlive: UInt8 = 208
        static let keepAliveReply: UInt8 = 209
    }

    private static let service = "pfwd@amt.intel.com"

    /// The firmware's first message after a program has connected: version 1.0, no trigger, the machine's UUID.
    var greeting: [UInt8] {
        var message = Message()
        message.byte(Kind.version)
        for number in [1, 0, 0] as [UInt32] { message.bigLong(number) }
        message.raw(uuid)
        message.raw(repeatElement(0, count: 64))
        return message.bytes
    }

    /// Takes a message of the host.
    ///
    /// - Returns: Its name for the log and for `[faults]`, and the firmware's replies.
    mutating func take(_ bytes: [UInt8]) -> (name: String, replies: [[UInt8]]) {
        var cursor = Cursor(bytes)
        switch (cursor.byte(), stage) {
        case (Kind.disconnect, _):
            stage = .ended
            return ("lme/disconnect", [])
        case (_, .ended): return ("lme/late", [])
        case (Kind.version, .version):
            guard bytes.count == 93, cursor.bigLong() == 1 else { return protocolError() }
            stage = .service
            var message = Message()
            message.byte(Kind.serviceRequest)
            message.bigCounted(Self.service)
            return ("lme/version", [message.bytes])
        case (Kind.serviceAccept, .service):
            guard cursor.bigCounted() == Array(Self.service.utf8) else { return protocolError() }
            return ("lme/service-accept", nextPort())
        case (Kind.success, .port(let port)):
            // The reply repeats the port.
            guard bytes.count == 1 || cursor.bigLong() == UInt32(port) else { return protocolError() }
            return ("lme/listens-\(port)", nextPort())
        case (Kind.failure, .port(let port)): return ("lme/refuses-\(port)", nextPort())
        case (Kind.channelOpen, let stage) where stage.takesChannels: return open(cursor)
        case (Kind.channelData, let stage) where stage.takesChannels: return answer(cursor)
        case (Kind.channelClose, let stage) where stage.takesChannels:
            let channel = channels.remove(cursor.bigLong() ?? 0)
            return ("lme/close", channel.map { [Self.close($0)] } ?? [])
        case (Kind.windowAdjust, let stage) where stage.takesChannels: return ("lme/window", [])
        case (Kind.keepAlive, let stage) where stage.takesChannels:
            return ("lme/keep-alive", [[Kind.keepAliveReply] + bytes.dropFirst()])
        default: return protocolError()
        }
    }

    private mutating func nextPort() -> [[UInt8]] {
        guard let port = ports.popFirst() else {
            stage = .listening
            return []
        }
        stage = .port(port)
        var message = Message()
        message.byte(Kind.globalRequest)
        message.bigCounted("tcpip-forward")
        // A reply is requested.
        message.byte(1)
        message.bigCounted(address)
        message.bigLong(UInt32(port))
        return [message.bytes]
    }

    /// A caller has connected to a port of the host. Both sides use the host's number for the channel.
    private mutating func open(_ message: Cursor) -> (name: String, replies: [[UInt8]]) {
        var cursor = message
        guard cursor.bigCounted() == Array("forwarded-tcpip".utf8), let channel = cursor.bigLong() else {
            return protocolError()
        }
        channels.insert(channel)
        var reply = Message()
        reply.byte(Kind.channelOpened)
        for number in [channel, channel, 4_095, 0xFFFF_FFFF] { reply.bigLong(number) }
        return ("lme/open", [reply.bytes])
    }

    /// The caller has sent data. AMT answers that it requires a password, and closes the channel.
    private mutating func answer(_ message: Cursor) -> (name: String, replies: [[UInt8]]) {
        var cursor = message
        guard let channel = cursor.bigLong(), cursor.bigCounted() != nil else { return protocolError() }
        var data = Message()
        data.byte(Kind.channelData)
        data.bigLong(channel)
        data.bigLong(UInt32(page.count))
        data.raw(page)
        return ("lme/data", channels.remove(channel) == nil ? [] : [data.bytes, Self.close(channel)])
    }

    private static func close(_ channel: UInt32) -> [UInt8] {
        var message = Message()
        message.byte(Kind.channelClose)
        message.bigLong(channel)
        return message.bytes
    }

    /// An unexpected message.
    private mutating func protocolError() -> (name: String, replies: [[UInt8]]) {
        stage = .ended
        var message = Message()
        message.byte(Kind.disconnect)
        message.bigLong(2)
        message.word(0)
        return ("lme/malformed", [message.bytes])
    }
}

extension Machine {
    /// The ports on which LME asks the host to listen: those of the machine file, or those of a firmware like this.
    var forwardedPorts: [UInt16] {
        if let ports = lme.ports { return ports }
        let isEncrypted = security.tls || watchdog.answer & 0xC0 == 0xC0
        var ports: [UInt16] = isEncrypted ? [16_993, 664] : [16_992, 623]
        if redirection.sol || redirection.ider || redirection.kvm { ports.append(isEncrypted ? 16_995 : 16_994) }
        return ports
    }
}
