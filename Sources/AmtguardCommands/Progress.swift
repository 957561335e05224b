import AmtguardCore
import AmtguardLinux
import Glibc
import SystemPackage

/// Shows on a terminal that long work goes on: one line on standard error, overwritten by the next and erased at the
/// end. If standard error is no terminal, nothing is shown, so that it fills no file and no journal.
final class Progress {
    /// The width in columns; `nil` without a terminal.
    private let width: Int?
    private let write: (String) -> Void
    /// The present line, and how many columns have text.
    private var line = ""
    private var shown = 0

    init(width: Int?, write: @escaping (String) -> Void) {
        self.width = width
        self.write = write
    }

    /// On standard error.
    convenience init() {
        self.init(width: Self.width(of: .standardError)) { text in
            _ = try? FileDescriptor.standardError.writeAll(text.utf8)
        }
    }

    /// Replaces the line. The line is cut to the terminal's width, since a folded line could not be erased.
    func show(_ text: String) {
        guard let width else { return }
        // The cursor stays on the line: some terminals move to the next line at the last column.
        let line = String(text.oneLine.prefix(width - 1))
        guard line != self.line else { return }
        self.line = line
        write("\r" + line + String(repeating: " ", count: max(0, shown - line.count)))
        // The blanks count as text until other output erases them.
        shown = max(shown, line.count)
    }

    /// Erases the line. Later output begins in the first column.
    func clear() {
        guard shown > 0 else { return }
        write("\r" + String(repeating: " ", count: shown) + "\r")
        (line, shown) = ("", 0)
    }

    deinit { clear() }

    /// The width of a terminal that shows at least a word; a terminal that does not tell its width has 80 columns.
    private static func width(of descriptor: FileDescriptor) -> Int? {
        guard isatty(descriptor.rawValue) == 1 else { return nil }
        let width = terminalWidth(of: descriptor) ?? 0
        return width == 0 ? 80 : width < 20 ? nil : width
    }
}
