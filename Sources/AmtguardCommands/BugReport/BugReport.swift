import AmtguardCore
import AmtguardLinux
import SystemPackage

/// The text of `amtguardctl report`: sections, each under its title.
struct BugReport {
    /// One part of the report.
    struct Section {
        let title: String
        /// What is in it: the user reads this before anything is written.
        let contains: String
        /// Makes its text.
        ///
        /// - Throws: Why it can't be told; a line says so in its place.
        let text: (Host) throws -> String

        init(_ title: String, _ contains: String, _ text: @escaping (Host) throws -> String) {
            (self.title, self.contains, self.text) = (title, contains, text)
        }
    }

    /// Why a section, or a part of it, is not there; one line.
    struct Unavailable: Error, CustomStringConvertible {
        let description: String

        init(_ description: String) { self.description = description.oneLine }
    }

    let sections: [Section]
    /// The sections that could not be told, and why.
    private(set) var gaps: [(title: String, why: String)] = []

    init(_ sections: [Section]) {
        self.sections = sections
    }

    /// The longest section, in bytes. A list of 190 KiB occurs in a status several times.
    private static let limit = 1 << 20

    /// Asks for each section, and masks the whole.
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
    /// The lines that may be shown, up to this size, without empty ones at the end.
    func bounded(to limit: Int) -> String {
        let cut = utf8.count > limit
        let kept = cut ? String(decoding: utf8.prefix(limit), as: UTF8.self) : self
        // A tab is no control that does harm, and it would become a question mark.
        var text = kept.replacing("\t", with: " ").shown
        while text.last == "\n" { text.removeLast() }
        return (text.isEmpty ? "(empty)" : text) + (cut ? "\n[Cut after \(limit >> 10) KiB]" : "")
    }
}
