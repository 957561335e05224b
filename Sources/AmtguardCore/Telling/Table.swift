extension Sequence<Status.Line> {
    /// The lines with their labels in one column; `paint` may colour a value.
    public func table(painting paint: (String, Status.Tone) -> String = { text, _ in text }) -> String {
        let width = (map(\.label.count).max() ?? 0) + 2
        return map { line in
            let label = line.label.isEmpty ? "" : line.label + ":"
            return label + String(repeating: " ", count: width - label.count) + paint(line.value, line.tone)
        }.joined(separator: "\n")
    }
}
