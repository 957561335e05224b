/// GetSecurityParameters: 17 numbers of four bytes, of which ten have a meaning.
public struct SecurityParameters: Hashable, Sendable {
    /// TLS on the network side.
    public var tls: Bool
    /// AMT uses the network. Its meaning on an unprovisioned machine is unknown.
    public var networkInterfaceEnabled: Bool
    /// Serial over LAN.
    public var sol: Bool
    /// Redirection of storage.
    public var ider: Bool
    /// Remote keyboard, video and mouse.
    public var kvm: Bool
    /// AMT sees a link.
    public var link: Bool
}

extension SecurityParameters: AMTHIReply {
    private static let reserved = 7 * 4

    public init(from reader: inout ByteReader, to request: AMTHI.Request) throws(WireError) {
        // Ignored: GetProvisioningState and GetControlMode report the same reliably.
        _ = try reader.u32("enterprise mode")
        tls = try reader.flag("TLS state")
        _ = try reader.u32("hardware cryptography")
        _ = try reader.u32("provisioning state")
        networkInterfaceEnabled = try reader.flag("network interface's state")
        sol = try reader.flag("SOL state")
        ider = try reader.flag("IDE-R state")
        _ = try reader.u32("firmware update")
        link = try reader.flag("link state")
        kvm = try reader.flag("KVM state")
        _ = try reader.bytes(Self.reserved, "reserved field")
    }
}
