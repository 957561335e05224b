/// The header of a message on the wire: its type, its lengths, its sender, and whether it has a destination.
///
/// See the D-Bus specification, "Message Format": 16 bytes, an array of fields, and padding to 8 bytes before the body.
struct MessageHeader {
    /// The length of the part before the fields.
    static let fixedLength = 16
    /// The longest message that the specification allows, and so a limit for each part of it.
    private static let longest = 1 << 27
    /// The codes of two fields.
    private static let (destination, sender) = (UInt8(6), UInt8(7))

    /// The sender and the destination, from the fields.
    struct Route {
        /// The unique name of the sender, which the bus has set.
        var sender: String?
        /// Whether the message is addressed to this connection alone. Only a broadcast signal has no destination.
        var hasDestination = false
    }

    private let isLittleEndian: Bool
    private let type: UInt8
    private let fieldsLength: Int
    /// The length of the body, by the header.
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

    var isSignal: Bool { type == 4 }

    /// Writes another length of the body into the header.
    func setBodyLength(_ length: Int, in header: inout [UInt8]) {
        for index in 0..<4 {
            let shift = 8 * (isLittleEndian ? index : 3 - index)
            header[4 + index] = UInt8(truncatingIfNeeded: length >> shift)
        }
    }

    /// Reads the fields. Skips the fields that are not needed here, with any code.
    ///
    /// - Returns: `nil` if there is a field that is neither of a basic type nor an array of one.
    func route(in header: [UInt8]) -> Route? {
        var route = Route()
        var at = Self.fixedLength
        let end = min(at + fieldsLength, header.count)
        while at < end {
            // A field consists of its code, the type of its value (with a length and a NUL), and the value.
            at = Self.align(at, to: 8)
            guard at + 2 <= end else { return nil }
            let (code, typeLength) = (header[at], Int(header[at + 1]))
            at += 2 + typeLength + 1
            guard at <= end else { return nil }
            let type = header[(at - 1 - typeLength)..<(at - 1)]
            guard let value = value(of: type, in: header, at: at, end: end) else { return nil }
            at = value.upperBound
            switch code {
            case Self.destination: route.hasDestination = true
            case Self.sender: route.sender = String(decoding: header[value].dropFirst(4).dropLast(), as: UTF8.self)
            default: break
            }
        }
        return route
    }

    /// The range of a value of this type, with its length field and without the padding before it.
    private func value(of type: ArraySlice<UInt8>, in header: [UInt8], at: Int, end: Int) -> Range<Int>? {
        let element = type.drop { $0 == UInt8(ascii: "a") }
        guard element.count == 1, let letter = element.first, let size = Self.size(of: letter) else { return nil }
        let isArray = type.count > 1
        let hasLongLength = isArray || letter == UInt8(ascii: "s") || letter == UInt8(ascii: "o")
        let start = Self.align(at, to: hasLongLength ? 4 : size)
        var rest = start + (hasLongLength ? 4 : size)
        guard rest <= end else { return nil }
        if isArray {
            let isFlat = type.count == 2
            rest = Self.align(rest, to: isFlat ? size : 4) + Self.number(in: header, at: start, isLittleEndian)
        } else if hasLongLength {
            rest += Self.number(in: header, at: start, isLittleEndian) + 1
        } else if letter == UInt8(ascii: "g") {
            rest += Int(header[start]) + 1
        }
        return rest <= end ? start..<rest : nil
    }

    /// The length and the alignment of a value of a basic type, in bytes. Of a text, those of its length field.
    private static func size(of type: UInt8) -> Int? {
        switch Unicode.Scalar(type) {
        case "y", "g": 1
        case "n", "q": 2
        case "b", "i", "u", "h", "s", "o": 4
        case "x", "t", "d": 8
        default: nil
        }
    }

    private static func align(_ offset: Int, to size: Int) -> Int { (offset + size - 1) / size * size }

    private static func number(in bytes: [UInt8], at offset: Int, _ isLittleEndian: Bool) -> Int {
        var number = 0
        for index in 0..<4 { number = number << 8 | Int(bytes[offset + (isLittleEndian ? 3 - index : index)]) }
        return number
    }
}
