// Numbers as text, strictly: the standard library's own parsers accept signs as well.

/// The value of decimal digits, of which there must be one; `nil` for anything else and beyond 32 bits.
public func decimal(_ digits: some Collection<UInt8>, atMost length: Int = 10) -> UInt32? {
    guard (1...length).contains(digits.count) else { return nil }
    var value: UInt64 = 0
    for digit in digits {
        guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
        value = value * 10 + UInt64(digit - UInt8(ascii: "0"))
    }
    return UInt32(exactly: value)
}

/// The bytes of pairs of hexadecimal digits, in either case; `nil` for anything else.
public func hexadecimal(_ digits: some Collection<UInt8>) -> [UInt8]? {
    guard digits.count.isMultiple(of: 2) else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(digits.count / 2)
    var high: UInt8?
    for digit in digits {
        guard let value = nibble(digit) else { return nil }
        if let first = high {
            bytes.append(first << 4 | value)
            high = nil
        } else {
            high = value
        }
    }
    return bytes
}

/// Two lower-case digits per byte.
public func hexDigits(_ bytes: some Sequence<UInt8>) -> String {
    var text = ""
    for byte in bytes {
        if byte < 0x10 { text += "0" }
        text += String(byte, radix: 16)
    }
    return text
}

private func nibble(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
}
