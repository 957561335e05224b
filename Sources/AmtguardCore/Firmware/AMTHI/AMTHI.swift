// AMTHI, the AMT host interface (also PTHI): each request and each reply is one message with the same header.

/// The AMT host interface.
public enum AMTHI {
    /// Every command that amtguard can send. All of them read; none changes a state or returns a secret.
    enum Command: UInt32, CaseIterable, Sendable {
        case provisioningState = 0x0400_0011
        case codeVersions = 0x0400_001A
        case securityParameters = 0x0400_001B
        case remoteAccessConnectionStatus = 0x0400_0046
        case lanInterfaceSettings = 0x0400_0048
        case featuresState = 0x0400_0049
        case redirectionState = 0x0400_0058
        case uuid = 0x0400_005C
        case controlMode = 0x0400_006B
    }

    /// A complete question. Only this type can make the bytes of one.
    public enum Request: Hashable, Sendable, CaseIterable {
        case codeVersions, provisioningState, controlMode
        case wiredSettings, wirelessSettings
        case securityParameters, redirectionState, webUI, kvm
        case remoteAccess
        case uuid

        var command: Command {
            switch self {
            case .codeVersions: .codeVersions
            case .provisioningState: .provisioningState
            case .controlMode: .controlMode
            case .wiredSettings, .wirelessSettings: .lanInterfaceSettings
            case .securityParameters: .securityParameters
            case .redirectionState: .redirectionState
            case .webUI, .kvm: .featuresState
            case .remoteAccess: .remoteAccessConnectionStatus
            case .uuid: .uuid
            }
        }

        /// The one parameter that some commands take: an interface or a feature.
        var parameter: UInt32? {
            switch self {
            case .wiredSettings: 0
            case .wirelessSettings: 1
            case .webUI: 2
            case .kvm: 4
            default: nil
            }
        }

        /// The bytes of the whole message.
        public var encoded: [UInt8] {
            var payload = ByteWriter()
            if let parameter { payload.u32(parameter) }
            return Header(command: command.rawValue, isResponse: false, length: payload.bytes.count).encoded
                + payload.bytes
        }

        /// Parses the bytes of a question: for an emulator.
        public init(parsing bytes: [UInt8]) throws(WireError) {
            var reader = ByteReader(bytes)
            let header = try Header(from: &reader)
            guard !header.isResponse else { throw .otherCommand(header.wireCommand) }
            let parameter = reader.count == 0 ? nil : try reader.u32("parameter")
            try reader.end()
            for request in Self.allCases
            where request.command.rawValue == header.command && request.parameter == parameter {
                self = request
                return
            }
            throw .otherCommand(header.wireCommand)
        }
    }

    /// 12 bytes before every request and every reply.
    struct Header: Hashable, Sendable {
        /// Without the response bit.
        var command: UInt32
        var isResponse: Bool
        /// How many bytes follow. In a reply they include the status.
        var length: Int

        private static let responseBit: UInt32 = 1 << 23
        static let size = 12

        var wireCommand: UInt32 { isResponse ? command | Self.responseBit : command }

        init(command: UInt32, isResponse: Bool, length: Int) {
            self.command = command
            self.isResponse = isResponse
            self.length = length
        }

        /// Checks what the kernel's own sample checks: the version, the reserved bytes, and the length.
        init(from reader: inout ByteReader) throws(WireError) {
            try reader.expect(1 as UInt8, "major version")
            let minor = try reader.u8("minor version")
            guard minor >= 1 else { throw .value("minor version", UInt32(minor)) }
            let reserved = try reader.u16("reserved field")
            guard reserved == 0 else { throw .value("reserved field", UInt32(reserved)) }
            let wire = try reader.u32("command")
            let stated = try reader.u32("length")
            guard stated == reader.count else { throw .value("length", stated) }
            command = wire & ~Self.responseBit
            isResponse = wire & Self.responseBit != 0
            length = reader.count
        }

        var encoded: [UInt8] {
            var writer = ByteWriter()
            writer.u8(1)
            writer.u8(1)
            writer.u16(0)
            writer.u32(wireCommand)
            writer.u32(UInt32(clamping: length))
            return writer.bytes
        }
    }
}
