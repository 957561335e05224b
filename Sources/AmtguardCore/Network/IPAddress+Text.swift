// Addresses as text, strictly: text from a file or a caller is accepted in one form only.

extension IPAddress {
    /// An address of either kind, without brackets and without a zone. An IPv4 address in the mapped form becomes IPv4.
    public init?(_ text: String) {
        if let address = IPv4Address(text) {
            self = .v4(address)
        } else if let address = IPv6Address(text) {
            self = address.mapped.map(IPAddress.v4) ?? .v6(address)
        } else {
            return nil
        }
    }

    /// With its port, in the usual notation: `192.0.2.1:22`, `[2001:db8::1]:22`.
    public func with(port: UInt16) -> String {
        switch self {
        case .v4(let address): "\(address):\(port)"
        case .v6(let address): "[\(address)]:\(port)"
        }
    }
}

extension IPv6Address {
    /// RFC 4291, 2.2: groups of up to four digits, one `::` for groups of zeros; the last two may be an IPv4 address.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        let colon = UInt8(ascii: ":")
        guard bytes.count <= 45 else { return nil }
        let groups: [UInt16]
        if let gap = bytes.indices.dropLast().first(where: { bytes[$0] == colon && bytes[$0 + 1] == colon }) {
            guard let head = Self.groups(bytes[..<gap], endsInIPv4: false), let tail = Self.groups(bytes[(gap + 2)...]),
                head.count + tail.count < 8
            else { return nil }
            groups = head + [UInt16](repeating: 0, count: 8 - head.count - tail.count) + tail
        } else {
            guard let all = Self.groups(bytes[...]), all.count == 8 else { return nil }
            groups = all
        }
        self.init(octets: groups.flatMap { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] })
    }

    /// The groups between colons; `nil` if one of them is invalid.
    private static func groups(_ bytes: ArraySlice<UInt8>, endsInIPv4: Bool = true) -> [UInt16]? {
        guard !bytes.isEmpty else { return [] }
        let parts = bytes.split(separator: UInt8(ascii: ":"), maxSplits: 8, omittingEmptySubsequences: false)
        var groups: [UInt16] = []
        for (index, part) in parts.enumerated() {
            if endsInIPv4, index == parts.count - 1, part.contains(UInt8(ascii: ".")) {
                guard let address = IPv4Address(String(decoding: part, as: UTF8.self)) else { return nil }
                groups += [UInt16(address.bits >> 16), UInt16(truncatingIfNeeded: address.bits)]
            } else {
                let padded = [UInt8](repeating: UInt8(ascii: "0"), count: max(0, 4 - part.count)) + part
                guard !part.isEmpty, padded.count == 4, let octets = hexadecimal(padded) else { return nil }
                groups.append(UInt16(octets[0]) << 8 | UInt16(octets[1]))
            }
        }
        return groups.count <= 8 ? groups : nil
    }
}
