/// The service to which a probe connects: `HOST:PORT`, as a user typed it.
public struct ProbeService: Hashable, Sendable {
    /// A name or an address; not looked up yet.
    public var host: String
    public var port: UInt16

    /// A text that is not a service: one line.
    public struct Malformed: Error, Hashable {
        public let message: String
    }

    /// The longest name of the domain name system.
    public static let longestName = 253

    /// - Throws: `Malformed`, with what is wrong and what is allowed.
    public init(_ text: String) throws(Malformed) {
        func malformed(_ what: String) -> Malformed {
            Malformed(
                message: "\(quoted(text)): \(what). Allowed: HOST:PORT of a service on another machine, "
                    + "such as server:22, 192.0.2.1:22 or [2001:db8::1]:22.")
        }
        guard let colon = text.lastIndex(of: ":") else { throw malformed("there is no port") }
        var host = text[..<colon]
        let digits = text[text.index(after: colon)...]
        if host.first == "[", host.last == "]", host.count > 2 {
            host = host.dropFirst().dropLast()
        } else if host.contains(where: { $0 == ":" || $0 == "[" || $0 == "]" }) {
            throw malformed("an IPv6 address stands in brackets")
        }
        guard !host.isEmpty else { throw malformed("there is no host") }
        guard host.utf8.count <= Self.longestName, host.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw malformed("the host is no name and no address")
        }
        guard let port = decimal(digits.utf8).flatMap({ UInt16(exactly: $0) }), port > 0 else {
            throw malformed("the port is not from 1 to 65535")
        }
        self.host = String(host)
        self.port = port
    }
}
