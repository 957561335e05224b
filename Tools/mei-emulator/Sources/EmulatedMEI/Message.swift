/// Bytes of a message, written one field after the other: no offset is needed.
struct Message {
    private(set) var bytes: [UInt8] = []

    mutating func byte(_ value: UInt8) { bytes.append(value) }

    mutating func word(_ value: UInt16) {
        byte(UInt8(truncatingIfNeeded: value))
        byte(UInt8(truncatingIfNeeded: value >> 8))
    }

    mutating func long(_ value: UInt32) {
        word(UInt16(truncatingIfNeeded: value))
        word(UInt16(truncatingIfNeeded: value >> 16))
    }

    /// The byte order of APF.
    mutating func bigLong(_ value: UInt32) {
        for shift in [24, 16, 8, 0] as [UInt32] { byte(UInt8(truncatingIfNeeded: value >> shift)) }
    }

    mutating func flag(_ value: Bool) { long(value ? 1 : 0) }

    mutating func raw(_ value: some Sequence<UInt8>) { bytes += value }

    /// A field of `count` bytes: the text, then zeros.
    mutating func text(_ value: String, in count: Int) {
        let text = value.utf8.prefix(count)
        raw(text)
        raw(repeatElement(0, count: count - text.count))
    }

    /// The length in APF's notation, then the text.
    mutating func bigCounted(_ value: String) {
        bigLong(UInt32(value.utf8.count))
        raw(value.utf8)
    }

    /// The length in two bytes, then the text without a terminator.
    mutating func counted(_ value: String) {
        word(UInt16(truncatingIfNeeded: value.utf8.count))
        raw(value.utf8)
    }
}

/// Reads a message from the front.
struct Cursor {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    var count: Int { rest.count }

    mutating func byte() -> UInt8? { rest.popFirst() }

    mutating func word() -> UInt16? {
        guard rest.count >= 2, let low = byte(), let high = byte() else { return nil }
        return UInt16(high) << 8 | UInt16(low)
    }

    mutating func long() -> UInt32? {
        guard rest.count >= 4, let low = word(), let high = word() else { return nil }
        return UInt32(high) << 16 | UInt32(low)
    }

    /// The byte order of APF.
    mutating func bigLong() -> UInt32? { long()?.byteSwapped }

    mutating func bigCounted() -> [UInt8]? {
        guard let length = bigLong(), let count = Int(exactly: length), count <= rest.count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }
}
