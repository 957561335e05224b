// AMTHI, the AMT host interface (also PTHI): each request and each reply is one message with the same header.

/// The AMT host interface.
public enum AMTHI {
    /// Every command that amtguard can send. All of them only read; none changes a state or returns a secret.
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

    /// A complete request. Only this type can create its bytes.
    public enum Request: Hashable, Sendable, CaseIterable {
        /// GetCodeVersions: `CodeVersions`.
        case codeVersions
        /// GetProvisioningState: `ProvisioningState`.
        case provisioningState
        /// GetControlMode: `ControlMode`.
        case controlMode
        /// GetLanInterfaceSettings of interface 0: `LANSettings`.
        case wiredSettings
        /// GetLanInterfaceSettings of interface 1: `LANSettings`.
        case wirelessSettings
        /// GetSecurityParameters: `SecurityParameters`.
        case securityParameters
        /// GetRedirectionState: `RedirectionState`.
        case redirectionState
        /// GetFeaturesState of feature 2: `WebUIState`.
        case webUI
        /// GetFeaturesState of feature 4: `KVMState`.
        case kvm
        /// GetRemoteAccessConnectionStatus: `RemoteAccess`.
        case remoteAccess
        /// GetUUID: the machine's `GUID`.
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

        /// The command in the reply: with the response bit.
        var replyCommand: UInt32 { command.rawValue | 1 << 23 }

        /// The bytes of the whole message.
        public var encoded: [UInt8] {
            let payload = parameter?.littleEndianBytes ?? []
            return [1, 1, 0, 0] + command.rawValue.littleEndianBytes + UInt32(payload.count).littleEndianBytes + payload
        }
    }

    /// Reads the 12 bytes with which every reply begins: version 1.1, two reserved bytes, the command, and how many
    /// bytes follow. Checks what the kernel's own sample checks: the version, the reserved bytes, and the length.
    ///
    /// - Returns: The command.
    static func readHeader(_ reader: inout ByteReader) throws(WireError) -> UInt32 {
        try reader.expect(1 as UInt8, "major version")
        let minor = try reader.u8("minor version")
        guard minor >= 1 else { throw .value("minor version", UInt32(minor)) }
        let reserved = try reader.u16("reserved field")
        guard reserved == 0 else { throw .value("reserved field", UInt32(reserved)) }
        let command = try reader.u32("command")
        let stated = try reader.u32("length")
        guard stated == reader.count else { throw .value("length", stated) }
        return command
    }
}
