/// What the driver says of a client that it connected: 16 bytes, of which five have a meaning.
public struct ConnectReply: Hashable, Sendable {
    /// No message is longer, in bytes.
    public var messageLimit: Int
    public var protocolVersion: UInt8

    /// The smallest request has 8 bytes and the largest 16; AMTHI's limit is 5,120 on the machines that are known.
    private static let plausible: ClosedRange<UInt32> = 16...65_536

    /// Parses the buffer of IOCTL_MEI_CONNECT_CLIENT after the call.
    public init(parsing bytes: [UInt8]) throws(WireError) {
        var reader = ByteReader(bytes)
        let limit = try reader.u32("message limit")
        guard Self.plausible.contains(limit) else { throw .value("message limit", limit) }
        messageLimit = Int(limit)
        protocolVersion = try reader.u8("protocol version")
        // The driver leaves here what the caller put there: the rest of the client's UUID.
        _ = try reader.bytes(11, "reserved field")
        try reader.end()
    }
}
