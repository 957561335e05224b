// Numbers of the firmware that stand for words.

/// A number with a word for each known value.
public protocol Worded: RawRepresentable<UInt32>, Hashable, Sendable {
    /// The words of 0, 1, 2, …; empty for a value without a meaning.
    static var words: [String] { get }
}

extension Worded {
    /// The word; `other-9` for a number without a word.
    public var word: String {
        let words = Self.words
        guard rawValue < words.count, !words[Int(rawValue)].isEmpty else { return "other-\(rawValue)" }
        return words[Int(rawValue)]
    }

    /// The value of a word.
    ///
    /// - Returns: `nil` for a text that `word` never returns.
    public init?(word: String) {
        let digits = word.utf8.starts(with: "other-".utf8) ? word.utf8.dropFirst(6) : Substring().utf8
        guard let number = Self.words.firstIndex(of: word).map(UInt32.init) ?? decimal(digits) else { return nil }
        self.init(rawValue: number)
        guard self.word == word else { return nil }
    }
}
