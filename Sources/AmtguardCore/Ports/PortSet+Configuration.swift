// The notation of an administrator: `623 664 16992-16995`.

extension PortSet {
    /// A word that is not a port or a range of ports, and why.
    public struct WordError: Error, Hashable {
        /// One line: the word, and what is wrong with it.
        public let message: String
    }

    /// Parses ports and ranges, separated by spaces or commas.
    /// Stricter than the kernel, which accepts 0 and reads `0664` as octal, that is as port 436.
    /// - Throws: `WordError` for the first invalid word.
    public init(configuration text: String) throws(WordError) {
        var ranges: [ClosedRange<UInt16>] = []
        for word in text.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "," }) {
            ranges.append(try Self.range(of: word))
        }
        self.init(merging: ranges)
    }

    private static func range(of word: Substring) throws(WordError) -> ClosedRange<UInt16> {
        let bounds = word.split(separator: "-", omittingEmptySubsequences: false)
        guard bounds.count <= 2, let first = bounds.first, let last = bounds.last else {
            throw WordError(message: "\(quoted(word)) is not a range")
        }
        let low = try port(first, in: word)
        let high = try port(last, in: word)
        guard low <= high else { throw WordError(message: "the range \(quoted(word)) is reversed") }
        return low...high
    }

    private static func port(_ digits: Substring, in word: Substring) throws(WordError) -> UInt16 {
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw WordError(message: "\(quoted(word)) is not a port")
        }
        guard digits.first != "0" || digits == "0" else {
            throw WordError(message: "\(quoted(word)) has a leading zero, which the kernel would read as octal")
        }
        guard let port = UInt16(digits), port > 0 else {
            throw WordError(message: "\(quoted(word)) is not from 1 to 65535")
        }
        return port
    }
}

/// Foreign text in quotes, safe to print.
func quoted(_ text: some StringProtocol) -> String {
    "\"\(printable(text.utf8))\""
}
