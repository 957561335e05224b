/// How a configuration language marks comments.
struct CommentSyntax {
    /// What starts a comment that ends with its line: `#`, `//`.
    var starts: [String]
    /// What opens and closes a comment that may span lines; `nil` if there is none.
    var block: (opening: String, closing: String)?
    /// Whether `opening` followed by this character is an ordinary comment instead (Asterisk's `;---`).
    var notBefore: Character?
    /// Whether a comment starts only at the start of a line or after white space.
    var afterSpace = false
    /// The characters that quote: nothing between two of them starts a comment.
    var quotes: [Character] = []
    /// Whether a backslash makes the next character an ordinary one.
    var escapes = false

    /// The lines without their comments. No line is removed, so the line numbers stay right. Linear in the size of the
    /// text.
    func removingComments(from lines: [SourceLine]) -> [SourceLine] {
        let starts = starts.map { Array($0.utf8) }
        let opening = block.map { Array($0.opening.utf8) } ?? []
        let closing = block.map { Array($0.closing.utf8) } ?? []
        let quotes = Set(quotes.compactMap(\.asciiValue))
        // The characters that may begin or end something. All others are skipped.
        var isMarked = [Bool](repeating: false, count: 256)
        for byte in (starts + [opening, closing, Array(quotes), [UInt8(ascii: "\\")]]).flatMap(\.self) {
            isMarked[Int(byte)] = true
        }
        var isInBlock = false
        return lines.map { line in
            let bytes = Array(line.text.utf8)
            var kept: [UInt8] = []
            var index = 0
            var quote: UInt8?
            while index < bytes.count {
                let byte = bytes[index]
                guard isMarked[Int(byte)] else {
                    if !isInBlock { kept.append(byte) }
                    index += 1
                    continue
                }
                let rest = bytes[index...]
                if isInBlock {
                    isInBlock = !rest.starts(with: closing)
                    index += isInBlock ? 1 : closing.count
                } else if escapes, byte == UInt8(ascii: "\\"), index + 1 < bytes.count {
                    kept += rest.prefix(2)
                    index += 2
                } else if let open = quote {
                    if byte == open { quote = nil }
                    kept.append(byte)
                    index += 1
                } else if !opening.isEmpty, rest.starts(with: opening),
                    notBefore?.asciiValue != rest.dropFirst(opening.count).first ?? 0
                {
                    // A comment between two words still separates them.
                    kept.append(UInt8(ascii: " "))
                    isInBlock = true
                    index += opening.count
                } else if starts.contains(where: { rest.starts(with: $0) }),
                    !afterSpace || index == 0 || bytes[index - 1].isSpace
                {
                    break
                } else {
                    if quotes.contains(byte) { quote = byte }
                    kept.append(byte)
                    index += 1
                }
            }
            return SourceLine(place: line.place, text: String(decoding: kept, as: UTF8.self))
        }
    }
}

extension UInt8 {
    /// Space, tab, or another character that isspace(3) names.
    var isSpace: Bool { self == 0x20 || (0x09...0x0D).contains(self) }
}
