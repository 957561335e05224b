/// SMBIOS type 130 with the signature `$AMT`: what the firmware said of AMT when the machine started.
public struct AMTCapabilities: Hashable, Sendable {
    public var isSupported: Bool
    public var isEnabled: Bool
    public var hasStorageRedirection: Bool
    public var hasSerialOverLAN: Bool
    /// `nil` if the structure is too short to contain it.
    public var hasKVM: Bool?

    /// - Returns: `nil` for another type, for another vendor's structure of this type, for one that is too short, and
    ///   for a flag that is neither 0 nor 1.
    public init?(parsing structure: SMBIOSStructure) {
        // @4 signature, @8 supported, @9 enabled, @A storage redirection, @B serial over LAN; @C to @11 are not known
        // well enough to be used; @12 KVM.
        guard structure.type == 130, structure.holds("$AMT", at: 4),
            let isSupported = structure.flag(at: 0x08),
            let isEnabled = structure.flag(at: 0x09),
            let hasStorageRedirection = structure.flag(at: 0x0A),
            let hasSerialOverLAN = structure.flag(at: 0x0B)
        else { return nil }
        self.isSupported = isSupported
        self.isEnabled = isEnabled
        self.hasStorageRedirection = hasStorageRedirection
        self.hasSerialOverLAN = hasSerialOverLAN
        hasKVM = structure.flag(at: 0x12)
    }
}

extension SMBIOSStructure {
    fileprivate func flag(at offset: Int) -> Bool? {
        switch number(UInt8.self, at: offset) {
        case 0: false
        case 1: true
        default: nil
        }
    }
}
