/// The six octets of an Ethernet or Wi-Fi address.
public struct MACAddress: Hashable, Sendable {
    /// The lower 48 bits, the first octet the highest.
    private let bits: UInt64

    /// An address from its bytes, in the order of the wire.
    ///
    /// - Returns: `nil` unless there are six octets: tunnels have four and InfiniBand has twenty.
    public init?(octets: some Collection<UInt8>) {
        guard octets.count == 6 else { return nil }
        bits = octets.reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Six pairs of hexadecimal digits between colons or between hyphens: `00:1b:21:aa:bb:cc`.
    public init?(_ text: String) {
        let separator = text.utf8.contains(UInt8(ascii: "-")) ? UInt8(ascii: "-") : UInt8(ascii: ":")
        let parts = text.utf8.split(separator: separator, maxSplits: 6, omittingEmptySubsequences: false)
        var octets: [UInt8] = []
        for part in parts {
            guard part.count == 2, let octet = hexadecimal(part) else { return nil }
            octets += octet
        }
        self.init(octets: octets)
    }

    /// In the order of the wire.
    public var octets: [UInt8] {
        (0..<6).map { UInt8(truncatingIfNeeded: bits >> (40 - 8 * $0)) }
    }

    /// All zero: the value of the kernel and of the firmware for "none".
    public var isZero: Bool { bits == 0 }
}

extension MACAddress: CustomStringConvertible {
    /// As the kernel prints it: lower case and colons.
    public var description: String {
        octets.map { hexDigits([$0]) }.joined(separator: ":")
    }
}
