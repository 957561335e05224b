/// The kernel settings of TuneD's profiles, in the order in which they are merged (tuned/profiles/loader.py).
struct TunedSettings {
    /// By name, spelled as in the profile. A later profile replaces what an earlier one set.
    private(set) var settings: [String: SysctlAssignment] = [:]
    /// Profiles that no directory has.
    private(set) var missing: [String] = []
    private var seen: Set<String> = []
    /// How many more names are followed. Real profiles include each other three or four levels deep.
    private var left = 32
    /// Whether there were more.
    var isCut: Bool { left < 0 }

    /// A profile in an earlier directory hides one of the same name in a later directory. Only TuneD 2.23 and later
    /// have the directories `profiles`.
    private static let directories = ["/etc/tuned/profiles", "/etc/tuned", "/usr/lib/tuned/profiles", "/usr/lib/tuned"]

    /// Adds a profile, after those that it includes. A file counts once, so a loop ends. An administrator's profile may
    /// include the profile of the same name that it hides.
    mutating func add(profile name: Substring, _ examination: Examination) {
        let isOptional = name.hasPrefix("-")
        let name = isOptional ? name.dropFirst() : name
        guard !name.isEmpty, !name.hasPrefix("."),
            name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "_.-".contains($0)) })
        else { return }
        guard !isCut else { return }
        left -= 1
        guard !isCut else { return }
        let paths = Self.directories.map { "\($0)/\(name)/tuned.conf" }
        for path in paths where !seen.contains(path) {
            guard let lines = examination.lines(ifAny: path) else { continue }
            seen.insert(path)
            let sections = Self.sections(of: lines)
            for include in sections.filter({ $0.name == "main" }).compactMap({ $0.values["include"]?.value }) {
                // `${f:virt_check:A:B}` is one of two profiles, depending on the machine: both are followed.
                for word in include.split(whereSeparator: { $0.isWhitespace || ",;:{}$".contains($0) })
                where !include.contains("${") || !["f", "virt_check"].contains(word) {
                    add(profile: word, examination)
                }
            }
            for section in sections where section.name == "sysctl" || section.values["type"]?.value == "sysctl" {
                settings.merge(section.values) { $1 }
            }
            return
        }
        if !isOptional, seen.isDisjoint(with: paths) { missing.append(String(name)) }
    }

    private struct Section {
        var name: String
        var values: [String: SysctlAssignment] = [:]
    }

    /// The syntax of Python's ConfigParser, with `=` as the only delimiter and `#` for comments behind a blank.
    private static func sections(of lines: [SourceLine]) -> [Section] {
        var sections: [Section] = []
        for line in lines {
            let text = line.text.trimmed
            guard let first = text.first, first != "#", first != ";" else { continue }
            if first == "[", text.last == "]" {
                sections.append(Section(name: String(text.dropFirst().dropLast())))
            } else if let equals = text.firstIndex(of: "="), let last = sections.indices.last {
                let value = text[text.index(after: equals)...]
                let end = value.indices.first {
                    value[$0] == "#" && ($0 == value.startIndex || value[value.index(before: $0)].isWhitespace)
                }
                sections[last].values[text[..<equals].trimmed] = SysctlAssignment(
                    value: value[..<(end ?? value.endIndex)].trimmed, place: line.place)
            }
        }
        return sections
    }
}
