import AmtguardCore

/// Replaces everything in a text that identifies a machine or its network, so that the text can be published.
///
/// The rules are those of a recording of the firmware. A MAC address keeps its maker and loses its last three bytes, a
/// public address becomes one for documentation, and the name of a management server keeps only its shape. Equal values
/// get equal replacements, in all texts that one mask processes. Private addresses stay, since judgements depend on
/// them.
struct TextMask {
    /// Version numbers that look like IPv4 addresses.
    private let versions: Set<String>
    private var numbers: [String: Int] = [:]
    private var servers: Set<String> = []

    /// - Parameter versions: Texts that stay although they look like an address: a firmware may have the version
    ///   16.1.25.20.
    init(keeping versions: Set<String> = []) {
        self.versions = versions
    }

    /// The text with the replacements.
    mutating func masked(_ text: String) -> String {
        learnServers(in: text)
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            // Only at the beginning of a word, or after a colon: "mac:00:1b:21:aa:bb:cc".
            if index == 0 || !bytes[index - 1].isWord, let found = find(at: index, in: bytes) {
                result += found.mask.utf8
                index += found.length
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        var masked = String(decoding: result, as: UTF8.self)
        for server in servers { masked = masked.replacing(server, with: Self.shape(of: server)) }
        return masked
    }

    /// The address at a position, and its replacement. An address that stays is its own replacement, so that no part of
    /// it is taken for another address.
    private mutating func find(at start: Int, in bytes: [UInt8]) -> (length: Int, mask: String)? {
        func word(_ length: Int) -> String? {
            guard start + length <= bytes.count else { return nil }
            if start + length < bytes.count, bytes[start + length].isWord { return nil }
            return String(decoding: bytes[start..<(start + length)], as: UTF8.self)
        }
        let first = bytes[start]
        guard first.isHexDigit || first == UInt8(ascii: ":") || first == UInt8(ascii: "w") else { return nil }
        if let name = word(15), let mask = interface(name) { return (15, mask) }
        if let text = word(17), let mask = hardware(text) { return (17, mask) }
        var end = start
        while end < bytes.count, bytes[end].isHexDigit || bytes[end].isSeparator { end += 1 }
        let whole = end - start
        // A full stop or a colon of the sentence may follow the address.
        while end > start, bytes[end - 1].isSeparator { end -= 1 }
        for length in [whole, end - start] {
            if let text = word(length), let mask = sixth(text) { return (length, mask) }
        }
        return fourth(at: start, in: bytes)
    }

    /// An IPv4 address, perhaps with a port behind it.
    private mutating func fourth(at start: Int, in bytes: [UInt8]) -> (length: Int, mask: String)? {
        let dot = UInt8(ascii: ".")
        guard start == 0 || bytes[start - 1] != dot else { return nil }
        var end = start
        while end < bytes.count, end - start < 16, bytes[end].isDigit || bytes[end] == dot { end += 1 }
        while end > start, bytes[end - 1] == dot { end -= 1 }
        guard end == bytes.count || !bytes[end].isWord else { return nil }
        let text = String(decoding: bytes[start..<end], as: UTF8.self)
        guard let address = IPv4Address(text), !versions.contains(text), let mask = self.mask(of: address) else {
            return nil
        }
        return (end - start, mask)
    }

    /// The replacement; `nil` for an address that stays. Above 223 there are no host addresses.
    private mutating func mask(of address: IPv4Address) -> String? {
        guard address.isPublic, address.octets[0] < 224 else { return nil }
        let number = number(of: "\(address)", among: "4")
        let networks = ["192.0.2", "198.51.100", "203.0.113"]
        return "\(networks[min(number / 254, networks.count - 1)]).\(number % 254 + 1)"
    }

    /// An IPv6 address with its replacement, which may be the same address; `nil` if the text is no address.
    private mutating func sixth(_ text: String) -> String? {
        guard text.utf8.count(where: { $0 == UInt8(ascii: ":") }) >= 2, let address = IPv6Address(text) else {
            return nil
        }
        if let mapped = address.mapped { return mask(of: mapped).map { "::ffff:\($0)" } ?? text }
        let head = address.groups[0]
        let isDocumentation = head == 0x2001 && address.groups[1] == 0xDB8
        if address.isUnspecified || address.isLoopback || isDocumentation || head >> 8 == 0xFF { return text }
        // The second half often contains the MAC address, also in fe80:: addresses.
        let network = head & 0xFFC0 == 0xFE80 ? "fe80" : head & 0xFE00 == 0xFC00 ? "fd00" : "2001:db8"
        return "\(network)::\(String(number(of: "\(address)", among: "6") + 1, radix: 16))"
    }

    private mutating func hardware(_ text: String) -> String? {
        guard let address = MACAddress(text), !address.isZero, !address.octets.allSatisfy({ $0 == 0xFF }) else {
            return nil
        }
        let separator = text.utf8.contains(UInt8(ascii: "-")) ? "-" : ":"
        let maker = text.prefix(8)
        return [String(maker), "xx", "xx", twoDigits(number(of: hexDigits(address.octets), among: "m") + 1)]
            .joined(separator: separator)
    }

    /// An interface whose name contains its MAC address, as systemd names USB interfaces: `enx001b21aabbcc`.
    private mutating func interface(_ name: String) -> String? {
        guard ["enx", "wlx", "wwx"].contains(name.prefix(3)), let octets = hexadecimal(name.dropFirst(3).utf8),
            octets.count == 6
        else { return nil }
        return name.prefix(9) + "xxxx" + twoDigits(number(of: hexDigits(octets), among: "m") + 1)
    }

    /// The number of this text among the different texts of its kind.
    private mutating func number(of text: String, among kind: String) -> Int {
        let key = kind + text
        if let number = numbers[key] { return number }
        let number = numbers.keys.count { $0.hasPrefix(kind) }
        numbers[key] = number
        return number
    }

    private func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    // MARK: - Servers

    /// Finds the name of the management server in the firmware's answer: `connected, network outside, server NAME by
    /// user`.
    private mutating func learnServers(in text: String) {
        for rest in text.split(separator: ", server ", omittingEmptySubsequences: false).dropFirst() {
            guard let name = rest.split(separator: " ", maxSplits: 1).first,
                rest.dropFirst(name.count).hasPrefix(" by ")
            else { continue }
            servers.insert(String(name))
        }
    }

    /// The name with replaced letters and digits. Dots, hyphens and colons stay.
    private static func shape(of name: String) -> String {
        String(name.map { ".-:".contains($0) ? $0 : "x" })
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
    fileprivate var isHexDigit: Bool { isDigit || (0x61...0x66).contains(self) || (0x41...0x46).contains(self) }
    fileprivate var isSeparator: Bool { self == UInt8(ascii: ":") || self == UInt8(ascii: ".") }
    /// A letter, a digit or an underscore: part of a name.
    fileprivate var isWord: Bool {
        isDigit || (0x61...0x7A).contains(self) || (0x41...0x5A).contains(self) || self == UInt8(ascii: "_")
            || self >= 0x80
    }
}
