import AmtguardCore
import AmtguardLinux
import Glibc
import SystemPackage

/// Standard output for people. It has colour only on a terminal, and not if NO_COLOR is set.
struct Terminal {
    var colours: Bool
    /// In columns.
    var width = 80
    /// Whether long lines are folded. If the width is unknown, the reader may be a program: then each row stays one
    /// line.
    var folds = false
    /// Whether it shows characters beyond ASCII.
    var isUTF8 = false

    /// https://no-color.org: set and not empty.
    static var standard: Terminal {
        let refused = unsafe getenv("NO_COLOR").map { unsafe $0.pointee != 0 } ?? false
        let dumb = unsafe getenv("TERM").map { unsafe String(cString: $0) } == "dumb"
        let (columns, window) = (variable("COLUMNS"), terminalWidth(of: .standardOutput))
        return Terminal(
            colours: isatty(STDOUT_FILENO) == 1 && !refused && !dumb,
            width: width(columns: columns, window: window), folds: columns != nil || window != nil,
            isUTF8: isUTF8(["LC_ALL", "LC_CTYPE", "LANG"].map(variable)))
    }

    /// The width that the user set, else the terminal's, else 80.
    static func width(columns: String?, window: Int?) -> Int {
        let sane = 20...1_000
        return [columns.flatMap { Int($0) }, window].lazy.compactMap { $0 }.first(where: sane.contains) ?? 80
    }

    /// Whether the encoding is UTF-8. By locale(7) the first variable that is set and not empty decides.
    static func isUTF8(_ variables: [String?]) -> Bool {
        let locale = variables.lazy.compactMap { $0 }.first { !$0.isEmpty } ?? ""
        let encoding = locale.split(separator: ".").dropFirst().first?.prefix { $0 != "@" } ?? ""
        return ["utf-8", "utf8"].contains(encoding.lowercased())
    }

    private static func variable(_ name: String) -> String? {
        unsafe getenv(name).map { unsafe String(cString: $0) }
    }

    /// The lines with their labels in one column, folded to the terminal's width.
    func render(_ lines: [Status.Line]) -> String {
        let lines = lines.map { $0.shown(on: self) }
        let labels = (lines.map(\.label.count).max() ?? 0) + 2
        return table(folds ? lines.flatMap { $0.folded(to: max(20, width - labels)) } : lines)
    }

    /// Lines that need no folding.
    func table(_ lines: [Status.Line]) -> String {
        lines.table(arrow: isUTF8 ? "→" : ">", painting: paint)
    }

    /// A text as the terminal can show it. Other characters beyond ASCII were replaced before, or belong to a name.
    func spelled(_ text: String) -> String {
        guard !isUTF8 else { return text }
        return [("…", "..."), ("“", "\""), ("”", "\"")].reduce(text) { $0.replacing($1.0, with: $1.1) }
    }

    func paint(_ text: String, _ tone: Status.Tone) -> String {
        guard colours, let code = Self.codes[tone] else { return text }
        return "\u{1B}[\(code)m\(text)\u{1B}[0m"
    }

    private static let codes: [Status.Tone: String] = [.good: "32", .doubtful: "33", .bad: "1;31", .faint: "2"]
}

extension Status.Line {
    /// With local times, and with characters that the terminal shows.
    func shown(on terminal: Terminal) -> Status.Line {
        var line = self
        line.value = terminal.spelled(value.inLocalTime())
        return line
    }

    /// The line, folded to this width. Continuation lines have no label and begin below the value.
    ///
    /// - Parameter breaking: Whether a longer word is broken; else it stays whole, so that it can be copied.
    func folded(to width: Int, breaking: Bool = false) -> [Status.Line] {
        let indent = isAdvice ? "  " : ""
        let values = value.folded(to: width - indent.count, breaking: breaking)
        var first = self
        first.value = values[0]
        let rest = emphasis == nil ? tone : .plain
        return [first] + values.dropFirst().map { Status.Line("", indent + $0, rest) }
    }
}

extension String {
    /// The words on lines of this width. A longer word stays whole, so that it can be copied, unless `breaking` is
    /// true.
    func folded(to width: Int, breaking: Bool = false) -> [String] {
        var lines: [String] = []
        var words = split(separator: " ")[...]
        while var word = words.popFirst() {
            if breaking, word.count > width {
                words.insert(word.dropFirst(width), at: words.startIndex)
                word = word.prefix(width)
            }
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
