/// A word of a configuration file.
struct Word: Hashable {
    /// Without quotes and escapes.
    var text: String
    var place: Place
    /// Whether it was quoted: a quoted `{` is no brace.
    var isQuoted = false

    /// Whether this is `mark` itself, such as `{`.
    func isMark(_ mark: String) -> Bool { !isQuoted && text == mark }
}

extension [SourceLine] {
    /// The words of lines without comments. A quoted word ends at the end of its line at the latest.
    ///
    /// - Parameters:
    ///   - marks: Characters that are always a word of their own: `{`, `}`, `;`.
    ///   - quotes: Characters that enclose a word.
    func words(marks: [Character] = [], quotes: [Character] = ["\""]) -> [Word] {
        let marks = Set(marks.compactMap(\.asciiValue))
        let quotes = Set(quotes.compactMap(\.asciiValue))
        return flatMap { $0.words(marks: marks, quotes: quotes) }
    }
}

extension SourceLine {
    fileprivate func words(marks: Set<UInt8>, quotes: Set<UInt8>) -> [Word] {
        var words: [Word] = []
        var bytes = Array(text.utf8)[...]
        while let first = bytes.popFirst() {
            if first.isSpace { continue }
            if marks.contains(first) {
                words.append(Word(text: String(decoding: [first], as: UTF8.self), place: place))
                continue
            }
            var word: [UInt8] = []
            let isQuoted = quotes.contains(first)
            if !isQuoted { word.append(first) }
            while let next = bytes.first {
                if isQuoted ? next == first : next.isSpace || marks.contains(next) || quotes.contains(next) { break }
                bytes.removeFirst()
                word.append(next == UInt8(ascii: "\\") ? bytes.popFirst() ?? next : next)
            }
            // The closing quote.
            if isQuoted { _ = bytes.popFirst() }
            words.append(Word(text: String(decoding: word, as: UTF8.self), place: place, isQuoted: isQuoted))
        }
        return words
    }
}
