/// An IPv4 or an IPv6 address.
public enum IPAddress: Hashable, Sendable, CustomStringConvertible {
    /// As four octets.
    case v4(IPv4Address)
    /// As eight groups; it may contain an IPv4 address in the mapped form.
    case v6(IPv6Address)

    /// In the notation of its kind, without brackets.
    public var description: String {
        switch self {
        case .v4(let address): address.description
        case .v6(let address): address.description
        }
    }
}

/// An IPv4 address.
public struct IPv4Address: Hashable, Comparable, Sendable {
    /// The first octet is the highest: 127.0.0.1 is 0x7F000001.
    public let bits: UInt32

    /// An address from its number, the first octet the highest.
    public init(bits: UInt32) {
        self.bits = bits
    }

    /// An address from its bytes.
    ///
    /// - Returns: `nil` unless there are four octets, in the order of the wire.
    public init?(octets: some Collection<UInt8>) {
        guard octets.count == 4 else { return nil }
        bits = octets.reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// Four decimal numbers up to 255 without leading zeros, which some programs read as octal.
    public init?(_ text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), maxSplits: 4, omittingEmptySubsequences: false)
        var octets: [UInt8] = []
        for part in parts {
            guard part.count == 1 || part.first != UInt8(ascii: "0"),
                let octet = decimal(part, atMost: 3).flatMap({ UInt8(exactly: $0) })
            else { return nil }
            octets.append(octet)
        }
        self.init(octets: octets)
    }

    /// In the order of the wire.
    public var octets: [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: bits >> (24 - 8 * $0)) }
    }

    /// 0.0.0.0: the wildcard, and the firmware's value for "none".
    public var isUnspecified: Bool { bits == 0 }

    /// Anything in 127.0.0.0/8.
    public var isLoopback: Bool { bits >> 24 == 127 }

    /// Whether other hosts can send to it: not only this host or this link (169.254.0.0/16).
    public var isGlobal: Bool { !isLoopback && !isUnspecified && bits >> 16 != 0xA9FE }

    public static func < (a: IPv4Address, b: IPv4Address) -> Bool { a.bits < b.bits }
}

extension IPv4Address: CustomStringConvertible {
    public var description: String { octets.map(String.init).joined(separator: ".") }
}

/// An IPv6 address.
public struct IPv6Address: Hashable, Sendable {
    /// Eight groups of 16 bits in the order of the wire.
    public let groups: [UInt16]

    /// An address from its bytes.
    ///
    /// - Returns: `nil` unless there are sixteen octets, in the order of the wire.
    public init?(octets: some Collection<UInt8>) {
        guard octets.count == 16 else { return nil }
        let octets = Array(octets)
        groups = stride(from: 0, to: 16, by: 2).map { UInt16(octets[$0]) << 8 | UInt16(octets[$0 + 1]) }
    }

    /// `::`, the wildcard.
    public var isUnspecified: Bool { groups.allSatisfy { $0 == 0 } }

    /// `::1`, or the loopback of IPv4 in the mapped form.
    public var isLoopback: Bool {
        mapped?.isLoopback ?? (groups.dropLast().allSatisfy { $0 == 0 } && groups.last == 1)
    }

    /// The IPv4 address in `::ffff:192.0.2.1`.
    public var mapped: IPv4Address? {
        guard groups[..<5].allSatisfy({ $0 == 0 }), groups[5] == 0xFFFF else { return nil }
        return IPv4Address(bits: UInt32(groups[6]) << 16 | UInt32(groups[7]))
    }
}

extension IPv6Address: CustomStringConvertible {
    /// The form of RFC 5952: lower case, the first of the longest runs of two or more zero groups as `::`.
    public var description: String {
        if let mapped { return "::ffff:\(mapped)" }
        var longest = 0..<0
        var start = 0
        for (index, group) in groups.enumerated() {
            if group != 0 {
                start = index + 1
            } else if index + 1 - start > max(longest.count, 1) {
                longest = start..<(index + 1)
            }
        }
        func text(_ part: ArraySlice<UInt16>) -> String { part.map { String($0, radix: 16) }.joined(separator: ":") }
        guard !longest.isEmpty else { return text(groups[...]) }
        return text(groups[..<longest.lowerBound]) + "::" + text(groups[longest.upperBound...])
    }
}
