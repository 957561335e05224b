@testable import AmtguardLinux

/// Bytes in hexadecimal digits, for tables; blanks and newlines between them.
func bytes(_ text: String) -> [UInt8] {
    text.split(whereSeparator: \.isWhitespace).map {
        guard let byte = UInt8($0, radix: 16) else { preconditionFailure("no byte: \($0)") }
        return byte
    }
}

/// A received message.
func message(_ type: Int, _ payload: [UInt8]) -> NetlinkMessage {
    NetlinkMessage(type: UInt16(type), flags: 2, sequence: 1, payload: payload[...])
}

func attribute(_ type: Int, _ value: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(attribute: CInt(type), value)
    return bytes
}

/// SplitMix64: a test that fails prints its seed, which reproduces the failure.
struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// The bytes with some of them changed, and perhaps cut short.
    mutating func damage(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...6, using: &self) {
            bytes[.random(in: bytes.indices, using: &self)] = .random(in: .min ... .max, using: &self)
        }
        if Bool.random(using: &self) { bytes.removeLast(.random(in: 0...bytes.count, using: &self)) }
        return bytes
    }
}
