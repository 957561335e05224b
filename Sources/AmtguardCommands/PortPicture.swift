import AmtguardCore

/// The port space on one line, a scale below it, and a legend.
///
///     █···················█···················░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░·····
///     623                 16992               32768                          60999
///     █ reserved by amtguard  ░ local port range
struct PortPicture {
    private let marks: [PortSpace.Mark]
    private let landmarks: [UInt16]

    init(_ space: PortSpace) {
        marks = space.marks
        landmarks = space.landmarks
    }

    func render(on terminal: Terminal) -> String {
        let cells = cells(terminal.width)
        return ([paint(cells, on: terminal), scale(terminal.width)] + legend(of: cells, on: terminal))
            .joined(separator: "\n")
    }

    /// The most serious mark of each column.
    private func cells(_ width: Int) -> [PortSpace.Mark] {
        (0..<width).map { column in
            let first = Self.firstPort(of: column, width)
            let ports = marks[first..<max(first + 1, Self.firstPort(of: column + 1, width))]
            return ports.min { $0.rawValue < $1.rawValue } ?? .nothing
        }
    }

    private static func firstPort(of column: Int, _ width: Int) -> Int { (column * 65_536 + width - 1) / width }

    private static func column(of port: UInt16, _ width: Int) -> Int { Int(port) * width / 65_536 }

    /// Neighbours with one mark are painted together, which saves escape sequences.
    private func paint(_ cells: [PortSpace.Mark], on terminal: Terminal) -> String {
        var text = ""
        var rest = cells[...]
        while let mark = rest.first {
            let stroke = rest.prefix { $0 == mark }
            let sign = mark.sign(isUTF8: terminal.isUTF8)
            text += terminal.paint(String(repeating: sign, count: stroke.count), mark.tone)
            rest = rest.dropFirst(stroke.count)
        }
        return text
    }

    /// As many landmarks as fit. Each begins below its column, or ends there if it would not fit.
    private func scale(_ width: Int) -> String {
        var line = [Character](repeating: " ", count: width)
        for port in landmarks {
            let label = Array("\(port)")
            let column = Self.column(of: port, width)
            let starts = [column, column - label.count + 1].filter { start in
                start >= 0 && start + label.count <= width
                    && line[max(0, start - 1)..<min(width, start + label.count + 1)].allSatisfy { $0 == " " }
            }
            if let start = starts.first { line.replaceSubrange(start..<(start + label.count), with: label) }
        }
        return String(String(line).reversed().drop { $0 == " " }.reversed())
    }

    private func legend(of cells: [PortSpace.Mark], on terminal: Terminal) -> [String] {
        var lines: [(text: String, count: Int)] = []
        for mark in PortSpace.Mark.allCases where cells.contains(mark) {
            guard let meaning = mark.meaning else { continue }
            let folded = meaning.folded(to: terminal.width - 2)
            let entry =
                terminal.paint(String(mark.sign(isUTF8: terminal.isUTF8)), mark.tone) + " "
                + folded.joined(separator: "\n  ")
            // An entry of several lines shares no line with others.
            let count = folded.count > 1 ? terminal.width : meaning.count + 2
            if let last = lines.last, last.count + 2 + count <= terminal.width {
                lines[lines.count - 1] = (last.text + "  " + entry, last.count + 2 + count)
            } else {
                lines.append((entry, count))
            }
        }
        return lines.map(\.text)
    }
}
