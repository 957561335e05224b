import AmtguardCore
import AmtguardLinux
import SystemPackage

/// The text of `amtguardctl report`: sections, each under its title.
struct BugReport {
    /// One part of the report.
    struct Section {
        let title: String
        /// What it contains; shown to the user before anything is written.
        let contains: String
        /// Makes its text.
        ///
        /// - Throws: Why it is not available; a line in its place says so.
        let text: (Host) throws -> String

        init(_ title: String, _ contains: String, _ text: @escaping (Host) throws -> String) {
            (self.title, self.contains, self.text) = (title, contains, text)
        }
    }

    /// Why a section, or a part of it, is missing; one line.
    struct Unavailable: Error, CustomStringConvertible {
        let description: String

        init(_ description: String) { self.description = description.oneLine }
    }

    let sections: [Section]
    /// The sections that are missing, and why.
    private(set) var gaps: [(title: String, why: String)] = []

    init(_ sections: [Section]) {
        self.sections = sections
    }

    /// The longest section, in bytes. A status contains a list of 190 KiB several times.
    private static let limit = 1 << 20

    /// Collects each section, and masks the whole text.
    ///
    /// - Parameter announce: Called before each section, with its title.
    mutating func text(of host: Host, announcing announce: (String) -> Void) -> String {
        var parts: [String] = []
        for section in sections {
            announce(section.title)
            parts.append("==== \(section.title): \(section.contains) ====\n\n\(text(of: section, host))\n")
        }
        var mask = TextMask(keeping: host.versions)
        return mask.masked(parts.joined(separator: "\n"))
    }

    private mutating func text(of section: Section, _ host: Host) -> String {
        do {
            return try section.text(host).bounded(to: Self.limit)
        } catch {
            let why = "\(error)".oneLine
            gaps.append((section.title, why))
            return "Not available: \(why)"
        }
    }
}

extension String {
    /// The text without control characters, at most this long, without empty lines at the end.
    func bounded(to limit: Int) -> String {
        let cut = utf8.count > limit
        let kept = cut ? String(decoding: utf8.prefix(limit), as: UTF8.self) : self
        // A tab is harmless, but `shown` would replace it by a question mark.
        var text = kept.replacing("\t", with: " ").shown
        while text.last == "\n" { text.removeLast() }
        return (text.isEmpty ? "(empty)" : text) + (cut ? "\n[Cut after \(limit >> 10) KiB]" : "")
    }
}
