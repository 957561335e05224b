/// The SMBIOS data about AMT: all structures of types 130 and 131 with Intel's signature. Type 38 says whether the
/// machine has a management controller with IPMI.
public struct SMBIOSReading: Hashable, Sendable {
    /// In the order of the table; there may be several, and they may differ.
    public var amt: [AMTCapabilities]
    /// In the order of the table.
    public var vPro: [VProCapabilities]
    /// Whether the table describes an IPMI device.
    public var describesIPMI: Bool

    /// The types that are read.
    public static let types: [UInt8] = [130, 131, ipmiType]
    /// IPMI Device Information, by the SMBIOS specification.
    private static let ipmiType: UInt8 = 38
    /// The longest table that the daemon accepts. A real one of these types has some hundred bytes.
    public static let limit = 16_384

    /// Reads a structure table: a complete one, or one that contains only these types.
    ///
    /// The privileged step hands the latter to the daemon: the raw structures one after the other, each with its own
    /// header and its final NULs. This is itself a structure table, and is read by the same code, as untrusted bytes.
    public init(table: [UInt8]) {
        let structures = SMBIOSStructure.structures(in: table)
        amt = structures.compactMap(AMTCapabilities.init(parsing:))
        vPro = structures.compactMap(VProCapabilities.init(parsing:))
        describesIPMI = structures.contains { $0.type == Self.ipmiType }
    }

    /// The raw structures of `types` in `table`, one after the other, and no more than `limit` bytes of them.
    public static func extract(from table: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        for structure in SMBIOSStructure.structures(in: table) where types.contains(structure.type) {
            guard bytes.count + structure.raw.count <= limit else { break }
            bytes += structure.raw
        }
        return bytes
    }
}
