// Foreign text on its way to a person: names of processes, files and hosts, words of the firmware and of other programs.
//
// This file alone says what may be shown. All text leaves through it: lines of a command, journal entries, the status
// line, strings on the bus and on standard error are `oneLine`; JSON escapes the same characters; bytes that were never
// text become `printable`.

extension Unicode.Scalar {
    /// Whether a terminal would obey the character, nobody would see it, or it changes the order in which its neighbours
    /// are shown. With such characters a process could pass itself, or a line about it, off as another.
    var isDeceptive: Bool {
        guard value > 0x7E else { return value < 0x20 }
        if Self.rightToLeft.contains(where: { $0.contains(value) }) || value == Self.brailleBlank { return true }
        if properties.isDefaultIgnorableCodePoint { return true }
        return switch properties.generalCategory {
        // Controls of the terminal and of the direction, separators of lines, blanks other than the usual one, and what
        // no font need know.
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

    /// By its category it is a symbol, and it is shown as a blank.
    private static let brailleBlank: UInt32 = 0x2800
}

extension String {
    /// The same on one line, with `?` for each character that may not be shown.
    public var oneLine: String {
        guard unicodeScalars.contains(where: \.isDeceptive) else { return self }
        var line = UnicodeScalarView()
        for scalar in unicodeScalars { line.append(scalar.isDeceptive ? "?" : scalar) }
        return String(line)
    }

    /// The same for text of several lines.
    public var shown: String {
        split(separator: "\n", omittingEmptySubsequences: false).map { String($0).oneLine }.joined(separator: "\n")
    }
}

/// Foreign bytes for a line that a person reads: at most `limit`, everything but printable ASCII replaced by `?`.
public func printable(_ bytes: some Collection<UInt8>, atMost limit: Int = 40) -> String {
    let shown = bytes.prefix(limit).map { (0x20...0x7E).contains($0) ? Character(UnicodeScalar($0)) : "?" }
    return String(shown) + (bytes.count > limit ? "…" : "")
}
