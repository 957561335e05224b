// Makes foreign text safe to show: names of processes, files and hosts, and text of the firmware and other programs.
//
// Only this file decides which characters may be shown, and all output passes through it. Lines of a command, journal
// entries, the status line, strings on the bus and on standard error use `oneLine`. JSON escapes the same characters.
// `printable` is for raw bytes.

extension Unicode.Scalar {
    /// Whether the character controls a terminal, is invisible, or changes the order in which its neighbours are shown.
    /// With such characters a process could make its name, or a line about it, look like another one.
    var isDeceptive: Bool {
        guard value > 0x7E else { return value < 0x20 }
        if Self.rightToLeft.contains(where: { $0.contains(value) }) || value == Self.brailleBlank { return true }
        if properties.isDefaultIgnorableCodePoint { return true }
        return switch properties.generalCategory {
        // Controls of the terminal and of the text direction, line separators, blanks other than the usual one, and
        // characters that fonts may lack.
        case .control, .format, .lineSeparator, .paragraphSeparator, .spaceSeparator, .surrogate, .privateUse,
            .unassigned:
            true
        default: false
        }
    }

    /// The blocks whose letters are written from right to left (DerivedBidiClass.txt: R and AL). Digits and brackets
    /// after such a letter change places: `name[4711]` would be shown as another process.
    private static let rightToLeft: [ClosedRange<UInt32>] = [
        0x0590...0x08FF, 0xFB1D...0xFDFF, 0xFE70...0xFEFF, 0x1_0800...0x1_0FFF, 0x1_E800...0x1_EFFF,
    ]

    /// Its category is a symbol, but fonts show a blank.
    private static let brailleBlank: UInt32 = 0x2800
}

extension String {
    /// The text on one line, with `?` for each character that may not be shown.
    public var oneLine: String {
        guard unicodeScalars.contains(where: \.isDeceptive) else { return self }
        var line = UnicodeScalarView()
        for scalar in unicodeScalars { line.append(scalar.isDeceptive ? "?" : scalar) }
        return String(line)
    }

    /// The text with its lines kept, and `?` for each character that may not be shown.
    public var shown: String {
        split(separator: "\n", omittingEmptySubsequences: false).map { String($0).oneLine }.joined(separator: "\n")
    }
}

/// Foreign bytes for a line that a person reads: at most `limit`, everything but printable ASCII replaced by `?`.
public func printable(_ bytes: some Collection<UInt8>, atMost limit: Int = 40) -> String {
    let shown = bytes.prefix(limit).map { (0x20...0x7E).contains($0) ? Character(UnicodeScalar($0)) : "?" }
    return String(shown) + (bytes.count > limit ? "…" : "")
}
