import AmtguardCore

/// A table. Each column is as wide as its widest cell, or narrower if the terminal is.
struct Columns {
    /// A text of one line and its tone.
    struct Cell {
        var text: String
        var tone = Status.Tone.plain

        init(_ text: String, _ tone: Status.Tone = .plain) {
            self.text = Status.Line("", text).value.inLocalTime()
            self.tone = tone
        }
    }

    private var rows: [[Cell]]

    init(_ heads: String...) {
        rows = [heads.map { Cell($0, .faint) }]
    }

    mutating func add(_ cells: Cell...) { rows.append(cells) }

    /// The rows, without trailing blanks.
    func render(on terminal: Terminal) -> String {
        var spelled = self
        spelled.rows = rows.map { row in row.map { Cell(terminal.spelled($0.text), $0.tone) } }
        return spelled.rendered(on: terminal)
    }

    private func rendered(on terminal: Terminal) -> String {
        let widths = widths(on: terminal)
        return rows.flatMap { row in
            let cells = zip(row, widths).map { cell, width in
                (lines: cell.text.count > width ? cell.text.folded(to: width) : [cell.text], tone: cell.tone)
            }
            return (0..<(cells.map(\.lines.count).max() ?? 0)).map { index in
                line(cells.map { Cell($0.lines.count > index ? $0.lines[index] : "", $0.tone) }, widths, on: terminal)
            }
        }.joined(separator: "\n")
    }

    private func line(_ cells: [Cell], _ widths: [Int], on terminal: Terminal) -> String {
        let last = cells.lastIndex { !$0.text.isEmpty } ?? 0
        return cells.prefix(last + 1).enumerated().map { column, cell in
            let blanks = column == last ? 0 : max(0, widths[column] - cell.text.count) + 2
            return terminal.paint(cell.text, cell.tone) + String(repeating: " ", count: blanks)
        }.joined()
    }

    /// Each column is as wide as its widest cell. If the terminal is too narrow, the widest columns are folded. No word
    /// is broken.
    private func widths(on terminal: Terminal) -> [Int] {
        func most(_ measure: (Cell) -> Int) -> [Int] {
            (0..<(rows.first?.count ?? 0)).map { column in rows.map { measure($0[column]) }.max() ?? 0 }
        }
        var widths = most(\.text.count)
        let least = most(\.text.longestWord)
        let room = terminal.width - 2 * (widths.count - 1)
        while terminal.folds, widths.reduce(0, +) > room {
            let foldable = widths.indices.filter { widths[$0] > least[$0] }
            guard let widest = foldable.max(by: { widths[$0] < widths[$1] }) else { break }
            widths[widest] -= 1
        }
        return widths
    }
}
