/// The driver's reply after it connected a client: 16 bytes, of which five have a meaning.
public struct ConnectReply: Hashable, Sendable {
    /// The longest message, in bytes.
    public var messageLimit: Int
    var protocolVersion: UInt8

    /// The smallest request has 8 bytes and the largest 16; AMTHI's limit is 5,120 on all known machines.
    private static let plausible: ClosedRange<UInt32> = 16...65_536

    /// Parses the buffer of IOCTL_MEI_CONNECT_CLIENT after the call.
    public init(parsing bytes: [UInt8]) throws(WireError) {
        var reader = ByteReader(bytes)
        let limit = try reader.u32("message limit")
        guard Self.plausible.contains(limit) else { throw .value("message limit", limit) }
        messageLimit = Int(limit)
        protocolVersion = try reader.u8("protocol version")
        // The driver does not change these bytes: they hold the rest of the client's UUID.
        _ = try reader.bytes(11, "reserved field")
        try reader.end()
    }
}
