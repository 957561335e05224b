// The SMBIOS structure table, as /sys/firmware/dmi/tables/DMI holds it.
//
// Each structure has a header of four bytes: type, length of the formatted area with the header, handle (little
// endian). Its strings follow that area, each with a NUL, then one more NUL. Without strings, two NULs follow.

/// One structure of the table, as the board's firmware wrote it when the machine started.
public struct SMBIOSStructure: Hashable, Sendable {
    /// 0 to 127 are defined by the specification, 128 and above by the maker.
    public let type: UInt8
    /// The number by which other structures refer to this one.
    public let handle: UInt16
    /// The formatted area, header included, so that offsets are those of the specification.
    public let formatted: [UInt8]
    /// The bytes in the table: the formatted area, the strings and the final NULs.
    public let raw: [UInt8]

    /// The most structures that are read: a real table has some 100.
    public static let most = 4_096

    /// The structures in the order of `table`, up to the end mark (type 127) or the end of the bytes.
    ///
    /// A structure that is cut short or has a wrong length ends the reading: the position of the next one is unknown,
    /// so nothing after it is trusted.
    public static func structures(in table: [UInt8]) -> [SMBIOSStructure] {
        var structures: [SMBIOSStructure] = []
        var rest = table[...]
        while structures.count < most, let structure = SMBIOSStructure(first: rest) {
            guard structure.type != 127 else { break }
            structures.append(structure)
            rest = rest.dropFirst(structure.raw.count)
        }
        return structures
    }

    private init?(first bytes: ArraySlice<UInt8>) {
        let header = Array(bytes.prefix(4))
        guard header.count == 4, header[1] >= 4, bytes.count >= Int(header[1]) else { return nil }
        let strings = bytes.dropFirst(Int(header[1]))
        // The first of two NULs in a row.
        guard let end = zip(strings.indices, zip(strings, strings.dropFirst())).first(where: { $1 == (0, 0) })?.0
        else { return nil }
        type = header[0]
        handle = UInt16(header[2]) | UInt16(header[3]) << 8
        formatted = Array(bytes.prefix(Int(header[1])))
        raw = Array(bytes[...(end + 1)])
    }

    /// The bytes at `offset`, little endian; `nil` beyond the formatted area.
    func number<Number: FixedWidthInteger & UnsignedInteger>(_: Number.Type, at offset: Int) -> Number? {
        let size = Number.bitWidth / 8
        guard offset >= 0, formatted.count - offset >= size else { return nil }
        return formatted[offset..<(offset + size)].reversed().reduce(0) { $0 << 8 | Number($1) }
    }

    func holds(_ signature: String, at offset: Int) -> Bool {
        formatted.count >= offset && formatted[offset...].starts(with: signature.utf8)
    }
}
