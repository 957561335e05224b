/// The hardware address of an Ethernet or WLAN interface.
public struct MACAddress: Hashable, Sendable, CustomStringConvertible {
    /// Six octets in the order of transmission.
    public let octets: [UInt8]

    /// - Returns: `nil` for any other number of octets than six.
    public init?(_ octets: some Collection<UInt8>) {
        guard octets.count == 6 else { return nil }
        self.octets = Array(octets)
    }

    /// Parses `c8:d9:d2:7a:1e:33`, in either case.
    public init?(_ text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        var octets: [UInt8] = []
        for part in parts {
            guard part.count == 2, let octet = hexadecimal(part) else { return nil }
            octets += octet
        }
        self.init(octets)
    }

    /// All zero: the firmware's word for an interface that is not there.
    public var isZero: Bool { octets.allSatisfy { $0 == 0 } }

    /// Six groups of two lower-case digits, as `ip link` prints them.
    public var description: String { octets.map { hexadecimal([$0]) }.joined(separator: ":") }
}
