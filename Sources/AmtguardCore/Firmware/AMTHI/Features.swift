// GetRedirectionState, and GetFeaturesState of the web UI and of KVM: which services may listen.

/// GetRedirectionState: whether a service of the listener on 16994 and 16995 is on.
public struct RedirectionState: OptionSet, Hashable, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// Serial over LAN: the host's serial console.
    public static let sol = RedirectionState(rawValue: 1)
    /// IDE redirection: storage of the remote side.
    public static let ider = RedirectionState(rawValue: 2)
    /// Keyboard, video and mouse.
    public static let kvm = RedirectionState(rawValue: 4)
}

extension RedirectionState: AMTHIReply {
    public init(from reader: inout ByteReader, to request: AMTHI.Request) throws(WireError) {
        // Bits without a documented meaning are ignored.
        self = RedirectionState(rawValue: try reader.u32("redirection state")).intersection([.sol, .ider, .kvm])
    }
}

/// GetFeaturesState 2: the web page on 16992 and 16993. If it is off, WS-Management still uses these ports.
public struct WebUIState: Hashable, Sendable {
    /// Whether a browser gets a page there.
    public var enabled: Bool
}

extension WebUIState: AMTHIReply {
    /// The reply repeats the number of the feature.
    public init(from reader: inout ByteReader, to request: AMTHI.Request) throws(WireError) {
        try reader.expect(request.parameter ?? 0, "feature")
        enabled = try reader.flag("web UI's state")
    }
}

/// GetFeaturesState 4: whether a remote user views the screen now.
public struct KVMState: OptionSet, Hashable, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// A session is active.
    public static let active = KVMState(rawValue: 1)
    /// A session waits for the consent of the user.
    public static let waiting = KVMState(rawValue: 2)
}

extension KVMState: AMTHIReply {
    /// The reply repeats the number of the feature.
    public init(from reader: inout ByteReader, to request: AMTHI.Request) throws(WireError) {
        try reader.expect(request.parameter ?? 0, "feature")
        self = KVMState(rawValue: try reader.u32("KVM state")).intersection([.active, .waiting])
    }
}
