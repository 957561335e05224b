/// GetProvisioningState: whether AMT is set up. The header has 12 bytes, the status 4; the state is a u32.
public enum ProvisioningState: UInt32, Hashable, Sendable, CaseIterable {
    /// Not provisioned.
    case pre
    /// Being provisioned.
    case `in`
    /// Provisioned.
    case post

    /// `pre`, `in` or `post`.
    public var word: String {
        switch self {
        case .pre: "pre"
        case .in: "in"
        case .post: "post"
        }
    }
}

extension ProvisioningState: AMTHIReply {
    /// Reads the one number of the reply.
    ///
    /// - Throws: `value` for any other state; its meaning is unknown.
    public init(from reader: inout ByteReader, to request: AMTHI.Request) throws(WireError) {
        let number = try reader.u32("provisioning state")
        guard let state = ProvisioningState(rawValue: number) else { throw .value("provisioning state", number) }
        self = state
    }
}

/// GetControlMode: which rights the remote side has once AMT is provisioned.
public struct ControlMode: Worded {
    public let rawValue: UInt32

    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    public static let words = ["none", "client", "admin", "remote-assist"]

    /// Not provisioned. On a provisioned machine: the older enterprise or small business mode.
    public static let none = ControlMode(rawValue: 0)
    /// Client control mode.
    public static let client = ControlMode(rawValue: 1)
    /// Admin control mode.
    public static let admin = ControlMode(rawValue: 2)
    /// Remote assistance.
    public static let remoteAssist = ControlMode(rawValue: 3)
}

extension ControlMode: AMTHIReply {
    public init(from reader: inout ByteReader, to request: AMTHI.Request) throws(WireError) {
        rawValue = try reader.u32("control mode")
    }
}
