/// An IPv4 address.
public struct IPv4Address: Hashable, Sendable, CustomStringConvertible {
    /// The number that the address is: 1.2.3.4 is 0x01020304.
    public let number: UInt32

    /// The address with this number.
    public init(number: UInt32) {
        self.number = number
    }

    /// Parses four decimal octets with dots. No leading zeros: some programs take them for octal.
    public init?(_ text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var number: UInt32 = 0
        for part in parts {
            guard part.count == 1 || part.first != UInt8(ascii: "0"), let octet = decimal(part), octet <= 255 else {
                return nil
            }
            number = number << 8 | octet
        }
        self.number = number
    }

    /// 0.0.0.0: none.
    public var isZero: Bool { number == 0 }

    /// The number with its octets in the opposite order.
    public var reversed: IPv4Address { IPv4Address(number: number.byteSwapped) }

    /// The octets, the first one first.
    public var octets: [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) } }

    /// Four decimal octets with dots.
    public var description: String { octets.map { "\($0)" }.joined(separator: ".") }
}
