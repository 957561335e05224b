/// Writes the fields of a message one after the other, little-endian.
public struct ByteWriter: Sendable {
    private(set) var bytes: [UInt8] = []

    mutating func u8(_ value: UInt8) {
        bytes.append(value)
    }

    mutating func u16(_ value: UInt16) {
        for shift in [0, 8] { bytes.append(UInt8(truncatingIfNeeded: value >> shift)) }
    }

    mutating func u32(_ value: UInt32) {
        for shift in [0, 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: value >> shift)) }
    }

    mutating func flag(_ value: Bool) {
        u32(value ? 1 : 0)
    }

    mutating func zeros(_ count: Int) {
        bytes += [UInt8](repeating: 0, count: count)
    }

    mutating func append(_ more: some Sequence<UInt8>) {
        bytes += more
    }

    /// A text in a field of fixed size, padded with zeros; a longer text is cut.
    mutating func padded(_ text: String, _ size: Int) {
        let cut = text.utf8.prefix(size)
        append(cut)
        zeros(size - cut.count)
    }

    /// A text with its length, in a field of fixed size.
    mutating func counted(_ text: String, in size: Int) {
        u16(UInt16(clamping: min(text.utf8.count, size)))
        padded(text, size)
    }

    /// An "ANSI string": a count and as many bytes.
    mutating func counted(_ text: String) {
        let cut = text.utf8.prefix(Int(UInt16.max))
        u16(UInt16(clamping: cut.count))
        append(cut)
    }
}
