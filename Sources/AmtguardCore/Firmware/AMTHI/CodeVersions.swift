/// GetCodeVersions: the BIOS's version and a table of names and versions.
public struct CodeVersions: Hashable, Sendable {
    /// One row: `AMT` and `11.8.93`.
    public struct Row: Hashable, Sendable {
        /// The component, named by the firmware; at most 20 bytes, printable.
        public var name: String
        /// Its version or number as text; may be empty.
        public var version: String
    }

    /// The BIOS's version in its own notation: `N1EETA2W (1.75 )`; may be empty.
    public var bios: String
    /// In the firmware's order.
    public var rows: [Row]

    /// The version in the row of that name; `nil` if there is no such row, or its version is empty.
    public subscript(_ name: String) -> String? {
        let version = rows.first { $0.name == name }?.version
        return version?.isEmpty == false ? version : nil
    }

    /// The row `Sku`, a bit mask in decimal.
    public var sku: SKU? { self["Sku"].flatMap { decimal($0.utf8) }.map(SKU.init(rawValue:)) }
}

extension CodeVersions: AMTHIReply {
    private static let biosSize = 65
    private static let textSize = 20
    /// Two lengths and two texts.
    private static let rowSize = 2 * (2 + textSize)

    public init(from reader: inout ByteReader, to request: AMTHI.Request) throws(WireError) {
        bios = try reader.padded(Self.biosSize, "BIOS version")
        let count = try reader.u32("number of versions")
        // The bytes of so many rows must exist before memory is reserved for them.
        guard Int(count) <= reader.count / Self.rowSize else { throw .value("number of versions", count) }
        rows = []
        for _ in 0..<count {
            let name = try reader.counted(in: Self.textSize, "version's name")
            rows.append(Row(name: name, version: try reader.counted(in: Self.textSize, "version")))
        }
    }
}

/// The product: the bits of the row `Sku`.
public struct SKU: OptionSet, Hashable, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// Full AMT.
    public static let amt = SKU(rawValue: 0x8)
    /// Standard Manageability: AMT without KVM and some other features.
    public static let standardManageability = SKU(rawValue: 0x10)
    /// A corporate image of the firmware.
    public static let corporate = SKU(rawValue: 0x4000)

    /// Whether the bits have these meanings: AMT 2.2 and older used other, small numbers.
    var isOfMany: Bool { rawValue >= 0x100 }

    private static let bits: [(SKU, String)] = [
        (SKU(rawValue: 0x2), "qst"), (SKU(rawValue: 0x4), "asf"), (.amt, "amt"),
        (.standardManageability, "standard-manageability"), (SKU(rawValue: 0x20), "tpm"),
        (SKU(rawValue: 0x100), "home-it"), (SKU(rawValue: 0x400), "wox"), (SKU(rawValue: 0x2000), "anti-theft"),
        (.corporate, "corporate"), (SKU(rawValue: 0x8000), "l3-upgrade"),
    ]

    /// The names of its bits; a number for a bit without a name. AMT 2.2 and older used other numbers here.
    public var names: [String] {
        var rest = self
        var names: [String] = []
        for (bit, name) in Self.bits where contains(bit) {
            names.append(name)
            rest.remove(bit)
        }
        if !rest.isEmpty { names.append("0x" + String(rest.rawValue, radix: 16)) }
        return names
    }
}
