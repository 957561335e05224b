extension Sequence<Status.Line> {
    /// The lines with their labels in one column. `paint` may colour a value, and an arrow precedes advice.
    public func table(
        arrow: String = "→", painting paint: (String, Status.Tone) -> String = { text, _ in text }
    ) -> String {
        let width = (map(\.label.count).max() ?? 0) + 2
        return map { line in
            let label = line.label.isEmpty ? "" : line.label + ":"
            let value = line.isAdvice ? "\(arrow) \(line.value)" : line.value
            return label + String(repeating: " ", count: width - label.count) + paint(value, line.tone)
        }.joined(separator: "\n")
    }
}
