// The common parts of all replies: the header, the command of the request, the status.

/// The fields of a reply after its status.
public protocol AMTHIReply: Hashable, Sendable {
    /// Reads the fields in their order, beginning after the status.
    init(from reader: inout ByteReader, to request: AMTHI.Request) throws(WireError)
}

extension AMTHIReply {
    /// Parses a whole reply to `request`. Newer firmware may append fields; they are ignored.
    ///
    /// - Returns: The reply, and how many bytes follow the last known field.
    /// - Throws: `refused` if the status is not zero, whatever follows the status.
    public static func parse(
        _ bytes: [UInt8], to request: AMTHI.Request
    ) throws(WireError) -> (reply: Self, surplus: Int) {
        var reader = ByteReader(bytes)
        let command = try AMTHI.readHeader(&reader)
        guard command == request.replyCommand else { throw .otherCommand(command) }
        let status = AMTStatus(rawValue: try reader.u32("status"))
        guard status == .success else { throw .refused(status) }
        let reply = try Self(from: &reader, to: request)
        return (reply, reader.count)
    }

    /// Parses a reply, without the number of surplus bytes.
    public init(parsing bytes: [UInt8], to request: AMTHI.Request) throws(WireError) {
        self = try Self.parse(bytes, to: request).reply
    }
}

extension AMTHI {
    /// Whether the bytes begin like a reply to `request`, complete or not: only the command is compared.
    public static func isReply(_ bytes: [UInt8], to request: Request) -> Bool {
        bytes.dropFirst(4).prefix(4).elementsEqual(request.replyCommand.littleEndianBytes)
    }
}

extension AMTHI.Request {
    /// How many bytes of a reply follow the last known field.
    public func surplus(of bytes: [UInt8]) throws(WireError) -> Int {
        switch self {
        case .codeVersions: try CodeVersions.parse(bytes, to: self).surplus
        case .provisioningState: try ProvisioningState.parse(bytes, to: self).surplus
        case .controlMode: try ControlMode.parse(bytes, to: self).surplus
        case .wiredSettings, .wirelessSettings: try LANSettings.parse(bytes, to: self).surplus
        case .securityParameters: try SecurityParameters.parse(bytes, to: self).surplus
        case .redirectionState: try RedirectionState.parse(bytes, to: self).surplus
        case .webUI: try WebUIState.parse(bytes, to: self).surplus
        case .kvm: try KVMState.parse(bytes, to: self).surplus
        case .remoteAccess: try RemoteAccess.parse(bytes, to: self).surplus
        case .uuid: try GUID.parse(bytes, to: self).surplus
        }
    }
}
