/// SMBIOS type 130 with the signature `$AMT`: what the firmware recorded about AMT when the machine started.
public struct AMTCapabilities: Hashable, Sendable {
    /// The flag at 0x08: the machine can have AMT.
    public var isSupported: Bool
    /// The flag at 0x09: AMT was on when the machine started.
    public var isEnabled: Bool
    /// The flag at 0x0A: the remote side can offer its storage as a disk of this machine.
    public var hasStorageRedirection: Bool
    /// The flag at 0x0B: the remote side can use a serial console.
    public var hasSerialOverLAN: Bool
    /// `nil` if the structure is too short to contain it.
    public var hasKVM: Bool?

    /// Reads the flags of a structure.
    ///
    /// - Returns: `nil` for another type, for another vendor's structure of this type, for one that is too short, and
    ///   for a flag that is neither 0 nor 1.
    public init?(parsing structure: SMBIOSStructure) {
        // @4 signature, @8 supported, @9 enabled, @A storage redirection, @B serial over LAN, @12 KVM. @C to @11 are
        // not documented well enough to be used.
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

/// SMBIOS type 131 with the signature `vPro`: what the management engine can do.
public struct VProCapabilities: Hashable, Sendable {
    /// The word at offset 0x18, unchanged.
    public var engine: UInt32
    /// The engine's firmware: `12.0.70.1652`; `nil` if all numbers are 0.
    public var firmwareVersion: String?

    /// Bit 0: the management engine is on.
    public var isEngineEnabled: Bool { engine & 1 << 0 != 0 }
    /// Bit 3: the firmware on the chip includes AMT, enabled or not.
    public var hasAMTFirmware: Bool { engine & 1 << 3 != 0 }
    /// Bit 4: AMT without KVM and some other features.
    public var hasStandardManageability: Bool { engine & 1 << 4 != 0 }
    /// Bit 14: remote keyboard, video and mouse.
    public var hasKVM: Bool { engine & 1 << 14 != 0 }

    /// Reads the data about the engine in a structure.
    ///
    /// - Returns: `nil` for another type, for another vendor's structure of this type, and for one that is too short.
    public init?(parsing structure: SMBIOSStructure) {
        // @4 CPU, @8 MEBx version, @10 PCH, @18 engine, @1C its version as minor, major, build, hotfix, @28 network
        // devices, @34 BIOS, @38 signature.
        guard structure.type == 131, structure.holds("vPro", at: 0x38),
            let engine = structure.number(UInt32.self, at: 0x18),
            let minor = structure.number(UInt16.self, at: 0x1C),
            let major = structure.number(UInt16.self, at: 0x1E),
            let build = structure.number(UInt16.self, at: 0x20),
            let hotfix = structure.number(UInt16.self, at: 0x22)
        else { return nil }
        self.engine = engine
        let numbers = [major, minor, hotfix, build]
        firmwareVersion =
            numbers.allSatisfy { $0 == 0 } ? nil : numbers.map(String.init).joined(separator: ".")
    }
}
