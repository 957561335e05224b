import AmtguardCore
import Glibc

/// Standard output as a person sees it: colour only on a terminal, and never where NO_COLOR is set.
struct Terminal {
    let colours: Bool

    /// https://no-color.org: set and not empty.
    static var standard: Terminal {
        let refused = unsafe getenv("NO_COLOR").map { unsafe $0.pointee != 0 } ?? false
        let dumb = unsafe getenv("TERM").map { unsafe String(cString: $0) } == "dumb"
        return Terminal(colours: isatty(STDOUT_FILENO) == 1 && !refused && !dumb)
    }

    /// The lines with their labels in one column.
    func render(_ lines: [Status.Line]) -> String {
        lines.table(painting: paint)
    }

    private func paint(_ text: String, _ tone: Status.Tone) -> String {
        guard colours, let code = Self.codes[tone] else { return text }
        return "\u{1B}[\(code)m\(text)\u{1B}[0m"
    }

    private static let codes: [Status.Tone: String] = [.good: "32", .doubtful: "33", .bad: "1;31", .faint: "2"]
}
