/// The service to which a probe connects: `HOST:PORT`, as a user typed it.
public struct ProbeService: Hashable, Sendable {
    /// A name or an address; not looked up yet.
    public var host: String
    /// The port to connect to, never 0.
    public var port: UInt16
    /// The parts that a user pasted and a probe does not need: `http://`, `/index.html`; `nil` if there are none.
    public private(set) var leftOut: String?

    /// A text that is not a service: one line.
    public struct Malformed: Error, Hashable {
        /// What is wrong with it, and what is allowed.
        public let message: String
    }

    /// The longest name of the domain name system.
    public static let longestName = 253

    /// Parses what a user typed or pasted.
    ///
    /// - Parameters:
    ///   - whole: `HOST:PORT`, or a URL.
    ///   - named: The port of a service by its name, as in /etc/services; also for the scheme of a URL.
    /// - Throws: `Malformed`, with what is wrong and what is allowed.
    public init(_ whole: String, port named: (String) -> UInt16? = { _ in nil }) throws(Malformed) {
        let (scheme, text, path) = Self.parts(of: whole)
        func malformed(_ what: String) -> Malformed {
            Malformed(
                message: "\(quoted(whole)): \(what). Allowed: HOST:PORT of a service on another machine, "
                    + "such as server:22, server:ssh, 192.0.2.1:22 or [2001:db8::1]:22.")
        }
        var host = text
        // Without a port the scheme gives it, unless the last colon is part of an address in brackets.
        var word = scheme.map { $0[...] }
        if let colon = text.lastIndex(of: ":"), text[colon...].last != "]" {
            host = text[..<colon]
            word = text[text.index(after: colon)...]
        }
        guard let word else { throw malformed("there is no port") }
        if host.first == "[", host.last == "]", host.count > 2 {
            host = host.dropFirst().dropLast()
        } else if host.contains(where: { $0 == ":" || $0 == "[" || $0 == "]" }) {
            throw malformed("write an IPv6 address in brackets")
        }
        guard !host.isEmpty else { throw malformed("there is no host") }
        guard host.utf8.count <= Self.longestName, host.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw malformed("the host is no name and no address")
        }
        let isNumber = !word.isEmpty && word.utf8.allSatisfy { (0x30...0x39).contains($0) }
        let number = isNumber ? decimal(word.utf8).flatMap { UInt16(exactly: $0) } : named(String(word))
        guard let port = number, port > 0 else {
            throw malformed(
                isNumber || word.isEmpty
                    ? "the port is not from 1 to 65535" : "no service is called \(quoted(String(word)))")
        }
        self.host = String(host)
        self.port = port
        let leftOut = (scheme.map { $0 + "://" } ?? "") + path
        self.leftOut = leftOut.isEmpty ? nil : leftOut
    }

    /// `http`, `server:80` and `/index.html` of `http://server:80/index.html`.
    private static func parts(of text: String) -> (scheme: String?, service: Substring, path: Substring) {
        guard let colon = text.firstIndex(of: ":"), text[colon...].hasPrefix("://"),
            !text[..<colon].isEmpty, text[..<colon].allSatisfy({ $0.isASCII && $0.isLetter })
        else { return (nil, text[...], "") }
        let rest = text[text.index(colon, offsetBy: 3)...]
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        return (text[..<colon].lowercased(), rest[..<slash], rest[slash...])
    }
}
