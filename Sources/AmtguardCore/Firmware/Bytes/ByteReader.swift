/// Reads the fields of a message from its front: little-endian, at any alignment, never beyond the end.
public struct ByteReader: Sendable {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) {
        rest = bytes[...]
    }

    /// How many bytes are left.
    var count: Int { rest.count }

    mutating func u8(_ field: String) throws(WireError) -> UInt8 {
        guard let byte = rest.popFirst() else { throw .short(field) }
        return byte
    }

    mutating func u16(_ field: String) throws(WireError) -> UInt16 {
        var value: UInt16 = 0
        for (index, byte) in try bytes(2, field).enumerated() { value |= UInt16(byte) << (8 * index) }
        return value
    }

    mutating func u32(_ field: String) throws(WireError) -> UInt32 {
        var value: UInt32 = 0
        for (index, byte) in try bytes(4, field).enumerated() { value |= UInt32(byte) << (8 * index) }
        return value
    }

    /// A C truth value in four bytes: zero is false, all other values are true.
    mutating func flag(_ field: String) throws(WireError) -> Bool {
        try u32(field) != 0
    }

    mutating func bytes(_ count: Int, _ field: String) throws(WireError) -> ArraySlice<UInt8> {
        guard count <= rest.count else { throw .short(field) }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    /// A text in a field of fixed size, padded with zeros; control characters are replaced.
    mutating func padded(_ size: Int, _ field: String) throws(WireError) -> String {
        printable(try bytes(size, field).prefix { $0 != 0 }, atMost: size)
    }

    /// A counted text in a field of fixed size.
    mutating func counted(in size: Int, _ field: String) throws(WireError) -> String {
        let length = try u16(field + " length")
        guard length <= size else { throw .value(field + " length", UInt32(length)) }
        return printable(try bytes(size, field).prefix(Int(length)), atMost: size)
    }

    /// An "ANSI string": a count and as many bytes. Its length is limited by the count, by the bytes left, and by the
    /// longest name.
    mutating func counted(_ field: String) throws(WireError) -> String {
        let length = try u16(field + " length")
        guard length <= Self.longestText else { throw .value(field + " length", UInt32(length)) }
        return printable(try bytes(Int(length), field), atMost: Self.longestText)
    }

    /// A field with only one allowed value.
    mutating func expect(_ value: UInt8, _ field: String) throws(WireError) {
        let found = try u8(field)
        guard found == value else { throw .value(field, UInt32(found)) }
    }

    /// A field with only one allowed value.
    mutating func expect(_ value: UInt32, _ field: String) throws(WireError) {
        let found = try u32(field)
        guard found == value else { throw .value(field, found) }
    }

    /// Checks that no byte is left.
    func end() throws(WireError) {
        guard rest.isEmpty else { throw .long(rest.count) }
    }

    /// A host name has at most 253 characters.
    private static let longestText = 253
}

extension FixedWidthInteger {
    /// The bytes in the firmware's order: the lowest first.
    public var littleEndianBytes: [UInt8] {
        (0..<Self.bitWidth / 8).map { UInt8(truncatingIfNeeded: self >> (8 * $0)) }
    }
}
