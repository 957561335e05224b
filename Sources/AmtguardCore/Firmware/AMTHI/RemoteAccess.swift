/// GetRemoteAccessConnectionStatus: the tunnel that AMT itself opens to a management server.
public struct RemoteAccess: Hashable, Sendable {
    /// The network in which AMT assumes to be.
    public struct Network: Worded {
        public let rawValue: UInt32

        public init(rawValue: UInt32) {
            self.rawValue = rawValue
        }

        public static let words = ["direct", "vpn", "outside", "unknown"]
        /// Not in its company's network.
        public static let outside = Network(rawValue: 2)
    }

    /// Whether the tunnel is up.
    public struct Connection: Worded {
        public let rawValue: UInt32

        public init(rawValue: UInt32) {
            self.rawValue = rawValue
        }

        public static let words = ["not-connected", "connecting", "connected"]
        /// The tunnel is up.
        public static let connected = Connection(rawValue: 2)
    }

    /// The event that made AMT open it.
    public struct Trigger: Worded {
        public let rawValue: UInt32

        public init(rawValue: UInt32) {
            self.rawValue = rawValue
        }

        public static let words = ["user", "alert", "provisioning", "periodic"]
    }

    /// The kind of network in which AMT assumes to be.
    public var network: Network
    /// Whether the tunnel is up now.
    public var connection: Connection
    /// What made AMT open the tunnel; sent even if none is up.
    public var trigger: Trigger
    /// The management server, printable; may be empty.
    public var host: String
}

extension RemoteAccess: AMTHIReply {
    public init(from reader: inout ByteReader, to request: AMTHI.Request) throws(WireError) {
        network = Network(rawValue: try reader.u32("network"))
        connection = Connection(rawValue: try reader.u32("connection"))
        trigger = Trigger(rawValue: try reader.u32("trigger"))
        host = try reader.counted("management server")
    }
}

/// GetUUID: the machine's own, in the mixed byte order of SMBIOS type 1.
extension GUID: AMTHIReply {
    public init(from reader: inout ByteReader, to request: AMTHI.Request) throws(WireError) {
        guard let guid = GUID(wire: try reader.bytes(16, "UUID")) else { throw .short("UUID") }
        self = guid
    }
}
