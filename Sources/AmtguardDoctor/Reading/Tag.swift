/// An opening tag of an XML file: `<param name="rtp-start-port" value="16384"/>`.
struct Tag: Hashable {
    var name: String
    var attributes: [String: String]
    /// Where it starts.
    var place: Place

    /// The tags of a file, without those in comments. Text, entities and the nesting of elements are ignored.
    static func tags(in lines: [SourceLine]) -> [Tag] {
        var scanner = TagScanner(lines)
        var tags: [Tag] = []
        while let tag = scanner.next() { tags.append(tag) }
        return tags
    }
}

/// Goes once through the characters of all lines.
private struct TagScanner {
    private let lines: [SourceLine]
    private var line = 0
    /// The rest of the line.
    private var rest: ArraySlice<UInt8> = []

    init(_ lines: [SourceLine]) {
        self.lines = lines
        rest = Array((lines.first?.text ?? "").utf8)[...]
    }

    mutating func next() -> Tag? {
        while skip(to: "<") {
            if rest.starts(with: "!--".utf8) {
                _ = skip(to: "-->")
                continue
            }
            let place = lines[line].place
            let name = word()
            // A closing tag, a declaration or a stray `<`.
            if name.isEmpty { continue }
            return Tag(name: name, attributes: attributes(), place: place)
        }
        return nil
    }

    /// The attributes `name="value"` up to the end of the tag. Of two with one name, the first counts.
    private mutating func attributes() -> [String: String] {
        var attributes: [String: String] = [:]
        while skipSpace(), let first = rest.first, first != UInt8(ascii: ">"), first != UInt8(ascii: "<") {
            let name = word()
            guard !name.isEmpty else {
                rest.removeFirst()
                continue
            }
            guard skipSpace(), rest.first == UInt8(ascii: "=") else { continue }
            rest.removeFirst()
            guard skipSpace(), let quote = rest.first, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'")
            else { continue }
            rest.removeFirst()
            // No check reads a value that continues on the next line.
            let value = rest.prefix { $0 != quote }
            rest = rest.dropFirst(value.count)
            guard rest.popFirst() != nil else { continue }
            if attributes[name] == nil { attributes[name] = String(decoding: value, as: UTF8.self) }
        }
        return attributes
    }

    /// Letters, digits, `-`, `_`, `:` and `.`; may be empty.
    private mutating func word() -> String {
        let word = rest.prefix {
            (0x61...0x7A).contains($0 | 0x20) || (0x30...0x3A).contains($0) || (0x2D...0x2E).contains($0) || $0 == 0x5F
        }
        rest = rest.dropFirst(word.count)
        return String(decoding: word, as: UTF8.self)
    }

    /// Moves behind the next `mark`; false at the end of the file.
    private mutating func skip(to mark: String) -> Bool {
        let mark = Array(mark.utf8)
        while true {
            while !rest.isEmpty {
                if rest.starts(with: mark) {
                    rest = rest.dropFirst(mark.count)
                    return true
                }
                rest.removeFirst()
            }
            guard nextLine() else { return false }
        }
    }

    /// Moves behind white space, across line ends; false at the end of the file.
    private mutating func skipSpace() -> Bool {
        while true {
            rest = rest.drop { $0.isSpace }
            if !rest.isEmpty { return true }
            guard nextLine() else { return false }
        }
    }

    private mutating func nextLine() -> Bool {
        guard line + 1 < lines.count else { return false }
        line += 1
        rest = Array(lines[line].text.utf8)[...]
        return true
    }
}
