/// The header of a message on the wire: its type, its sender and its lengths.
///
/// See the D-Bus specification, "Message Format": 16 bytes, an array of fields, and padding to 8 bytes before the body.
struct MessageHeader {
    /// The length of the part before the fields.
    static let fixedLength = 16
    /// The longest message that the specification allows, and so a limit for each part of it.
    private static let longest = 1 << 27

    private let isLittleEndian: Bool
    private let type: UInt8
    private let fieldsLength: Int
    /// The length of the body, as the header says.
    let bodyLength: Int

    /// Reads the fixed part; `nil` if it is not a header.
    init?(fixed bytes: [UInt8]) {
        guard bytes.count == Self.fixedLength, [UInt8(ascii: "l"), UInt8(ascii: "B")].contains(bytes[0]) else {
            return nil
        }
        isLittleEndian = bytes[0] == UInt8(ascii: "l")
        type = bytes[1]
        bodyLength = Self.number(in: bytes, at: 4, isLittleEndian)
        fieldsLength = Self.number(in: bytes, at: 12, isLittleEndian)
        guard bodyLength <= Self.longest, fieldsLength <= Self.longest else { return nil }
    }

    /// The length of the whole header with its padding.
    var length: Int { (Self.fixedLength + fieldsLength + 7) / 8 * 8 }

    /// Whether the message answers one of our calls: a method's return, or an error.
    var isAnswer: Bool { type == 2 || type == 3 }

    /// Writes another length of the body into the header.
    func setBodyLength(_ length: Int, in header: inout [UInt8]) {
        for index in 0..<4 {
            let shift = 8 * (isLittleEndian ? index : 3 - index)
            header[4 + index] = UInt8(truncatingIfNeeded: length >> shift)
        }
    }

    /// The sender, which the bus has set; `nil` if the header has none.
    func sender(in header: [UInt8]) -> String? {
        var at = Self.fixedLength
        let end = min(at + fieldsLength, header.count)
        while at < end {
            // A field consists of its code, the type of its value (with a length and a NUL), and the value.
            at = (at + 7) / 8 * 8
            guard at + 8 <= end, header[at + 1] == 1, header[at + 3] == 0 else { return nil }
            let code = header[at]
            let type = Unicode.Scalar(header[at + 2])
            at += 4
            switch type {
            case "s", "o":
                let start = at + 4
                let length = Self.number(in: header, at: at, isLittleEndian)
                guard length < end - start else { return nil }
                if code == 7 { return String(decoding: header[start..<(start + length)], as: UTF8.self) }
                at = start + length + 1
            case "g": at += Int(header[at]) + 2
            case "u": at += 4
            default: return nil
            }
        }
        return nil
    }

    private static func number(in bytes: [UInt8], at offset: Int, _ isLittleEndian: Bool) -> Int {
        var number = 0
        for index in 0..<4 { number = number << 8 | Int(bytes[offset + (isLittleEndian ? 3 - index : index)]) }
        return number
    }
}
