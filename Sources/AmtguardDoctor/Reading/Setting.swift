/// A line `key = value`.
struct Setting: Hashable {
    var key: String
    /// Trimmed; empty if there is none.
    var value: String
    var place: Place
}

extension SourceLine {
    /// The text before and after the first `separator`, both trimmed; `nil` without a separator.
    func setting(_ separator: Character = "=") -> Setting? {
        let parts = text.split(separator: separator, maxSplits: 1, omittingEmptySubsequences: false)
        guard let key = parts.first, parts.count == 2, let value = parts.last else { return nil }
        return Setting(key: key.trimmed, value: value.trimmed, place: place)
    }
}

extension StringProtocol {
    /// Without white space at both ends.
    var trimmed: String {
        var rest = Substring(self).utf8
        while let first = rest.first, first.isSpace { rest.removeFirst() }
        while let last = rest.last, last.isSpace { rest.removeLast() }
        return String(Substring(rest))
    }

    /// Without enclosing quotes.
    var unquoted: String {
        guard utf8.count >= 2, let quote = first, quote == last, quote == "\"" || quote == "'" else {
            return String(self)
        }
        return String(dropFirst().dropLast())
    }
}
