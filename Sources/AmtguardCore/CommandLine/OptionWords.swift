/// Walks the words of a command line: `--name`, `--name VALUE`, `--name=VALUE`.
public struct OptionWords {
    /// A command line that can't be understood, and why: one line.
    public struct Misuse: Error, Equatable, Sendable {
        /// What is wrong, for people, without the program's name.
        public let message: String
        /// 64 (`EX_USAGE`), or 1 if the machine has temporarily run out of a resource.
        public let status: Int32

        /// A message of one line, and the exit status of the program.
        public init(message: String, status: Int32 = 64) {
            self.message = message
            self.status = status
        }
    }

    /// The words that were not taken yet.
    public private(set) var rest: ArraySlice<String>
    private var word = ""
    private var name = ""
    private var inlineValue: String?

    /// The words after the program's name.
    public init(_ words: some Sequence<String>) {
        rest = Array(words)[...]
    }

    /// Takes the next word. Returns its name, without the value; `nil` at the end.
    public mutating func next() -> String? {
        guard let word = rest.popFirst() else { return nil }
        self.word = word
        (name, inlineValue) = (word, nil)
        if word.hasPrefix("--"), let equals = word.firstIndex(of: "=") {
            name = String(word[..<equals])
            inlineValue = String(word[word.index(after: equals)...])
        }
        return name
    }

    /// The word, made printable for a message.
    public var shown: String { printable(word.utf8) }

    /// Takes the path that belongs to the word.
    ///
    /// - Throws: `Misuse` if there is none.
    public mutating func path() throws(Misuse) -> String {
        guard let value = inlineValue ?? rest.popFirst(), !value.isEmpty else {
            throw Misuse(message: "\(name) needs a path")
        }
        return value
    }

    /// Checks that the word came without a value.
    ///
    /// - Throws: `Misuse` for `--name=VALUE`.
    public func requireNoValue() throws(Misuse) {
        guard inlineValue == nil else { throw Misuse(message: "\(name) takes no value") }
    }
}
