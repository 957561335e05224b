import AmtguardCore

extension Status.Line {
    /// The line, folded to this width. Continuations have no label and begin below the value.
    func folded(to width: Int) -> [Status.Line] {
        let indent = isAdvice ? "  " : ""
        let values = value.folded(to: width - indent.count)
        var first = self
        first.value = values[0]
        return [first] + values.dropFirst().map { Status.Line("", indent + $0, tone) }
    }
}

extension String {
    /// Its words on lines of this width. A longer word stays whole, so that it can be copied.
    func folded(to width: Int) -> [String] {
        var lines: [String] = []
        for word in split(separator: " ") {
            if let last = lines.last, last.count + 1 + word.count <= width {
                lines[lines.count - 1] = "\(last) \(word)"
            } else {
                lines.append(String(word))
            }
        }
        return lines.isEmpty ? [""] : lines
    }

    var longestWord: Int { split(separator: " ").map(\.count).max() ?? 0 }
}
