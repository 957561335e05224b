import AmtguardCore

/// A table of columns as wide as their widest cell.
struct Columns {
    /// A text and how it is to be shown. Foreign text is made one line before it gets here.
    struct Cell {
        var text: String
        var tone = Status.Tone.plain

        init(_ text: String, _ tone: Status.Tone = .plain) {
            self.text = Status.Line("", text).value
            self.tone = tone
        }
    }

    private var rows: [[Cell]]

    init(_ heads: String...) {
        rows = [heads.map { Cell($0, .faint) }]
    }

    mutating func add(_ cells: Cell...) { rows.append(cells) }

    /// The rows, without blanks at their ends.
    func render(on terminal: Terminal) -> String {
        let widths = rows.reduce(into: [Int]()) { widths, row in
            for (column, cell) in row.enumerated() {
                if column == widths.count { widths.append(0) }
                widths[column] = max(widths[column], cell.text.count)
            }
        }
        return rows.map { row in
            let last = row.lastIndex { !$0.text.isEmpty } ?? 0
            return row.prefix(last + 1).enumerated().map { column, cell in
                let blanks = column == last ? 0 : widths[column] - cell.text.count + 2
                return terminal.paint(cell.text, cell.tone) + String(repeating: " ", count: blanks)
            }.joined()
        }.joined(separator: "\n")
    }
}
