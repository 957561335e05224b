/// One file of the configuration, as it was read.
public struct ConfigurationFile: Hashable, Sendable {
    /// Its path, for messages.
    public var path: String
    /// Its bytes, or why they are missing: "is a directory".
    public var content: Content

    /// The result of reading the file.
    public enum Content: Hashable, Sendable {
        /// The whole file; not checked yet to be text.
        case bytes([UInt8])
        /// Why it can't be read, for people. This counts as a refused value.
        case unreadable(String)
        /// Why it can't be read for now: descriptors or memory ran out.
        case unread(String)
        /// The caller may not read it, but the daemon perhaps may.
        case hidden(String)
    }

    /// A file and the result of reading it.
    public init(path: String, content: Content) {
        self.path = path
        self.content = content
    }
}

/// A problem in a configuration file that a person should know of.
public struct ConfigurationProblem: Hashable, Sendable, CustomStringConvertible {
    /// A refused value leaves the former configuration in force; a warning changes nothing.
    public enum Severity: Hashable, Sendable {
        /// The text is ignored: an unknown key or section.
        case warning
        /// A value is wrong, or a file can't be read.
        case refused
    }

    /// Whether it makes the whole configuration refused.
    public var severity: Severity
    /// The file, as it was given to the parser.
    public var path: String
    /// Counted from 1; `nil` for the whole file.
    public var line: Int?
    /// One line: what is wrong and what is allowed.
    public var message: String
    /// Whether the problem may disappear at the next reading, without a change of a file.
    public var mayPass = false
    /// Whether only the caller may not read the file: the daemon perhaps may.
    public var isHidden = false
    /// Whether the file could not be read: for now, or by the caller.
    public var isUnread: Bool { mayPass || isHidden }

    /// `/etc/amtguard.conf:3: Ports=: "70000" is not from 1 to 65535. Allowed: …`
    public var description: String {
        path + ":" + (line.map { "\($0): " } ?? " ") + message
    }
}

extension Configuration {
    /// Reads `files` in order. The last assignment of a key wins; an empty value restores the default.
    ///
    /// - Returns: The configuration, or `nil` if any value was refused: a configuration in force is never replaced in
    ///   part.
    public static func parse(_ files: [ConfigurationFile]) -> (Configuration?, [ConfigurationProblem]) {
        let (right, problems) = salvage(files)
        return (problems.isRefusal ? nil : right, problems)
    }

    /// Parses like `parse`, but keeps all correct values if some were refused: a wrong assignment counts as absent.
    public static func salvage(_ files: [ConfigurationFile]) -> (right: Configuration, [ConfigurationProblem]) {
        let parser = ConfigurationParser(files)
        return (parser.configuration, parser.problems)
    }
}

extension Sequence<ConfigurationProblem> {
    /// Whether the configuration with these problems is refused.
    public var isRefusal: Bool { contains { $0.severity == .refused } }
}

/// The syntax of systemd.syntax(7): sections, assignments, comments, and lines continued by a backslash.
struct ConfigurationParser {
    private(set) var configuration = Configuration()
    private(set) var problems: [ConfigurationProblem] = []
    /// The assignments that made each value. An empty one restored the default.
    private(set) var assignments: [ConfigurationKey: [ConfigurationSetting.Origin]] = [:]
    private var path = ""
    /// How many problems of this file are kept. The others are only counted, with the line of the first.
    private var shown = 0
    private var unshown: (count: Int, line: Int?, severity: ConfigurationProblem.Severity) = (0, nil, .warning)
    private static let mostShown = 20
    private static let mostShownInAll = 100
    private var section: Section = .none

    private enum Section {
        /// Before the first header: no assignment is allowed here.
        case none
        case known(String)
        /// Warned about once, at its header; its assignments are ignored.
        case unknown
    }

    init(_ files: [ConfigurationFile]) {
        for file in files { read(file) }
    }

    private mutating func read(_ file: ConfigurationFile) {
        path = file.path
        section = .none
        (shown, unshown) = (0, (0, nil, .warning))
        defer { tellUnshown() }
        switch file.content {
        case .unreadable(let reason): report(.refused, nil, reason)
        case .unread(let reason):
            problems.append(
                ConfigurationProblem(severity: .refused, path: path, line: nil, message: reason, mayPass: true))
        case .hidden(let reason):
            problems.append(
                ConfigurationProblem(severity: .refused, path: path, line: nil, message: reason, isHidden: true))
        case .bytes(var bytes):
            let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
            if bytes.starts(with: byteOrderMark) { bytes.removeFirst(byteOrderMark.count) }
            var pending: (line: Int, text: String)?
            for (index, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
                .enumerated()
            {
                guard let text = String(validating: line, as: UTF8.self) else {
                    report(.refused, index + 1, "not UTF-8 text: \"\(printable(line))\". Allowed: UTF-8")
                    pending = nil
                    continue
                }
                let line = text.trimmed
                if line.isComment { continue }  // Also between the lines of one assignment.
                let goesOn = line.hasSuffix("\\")
                let part = goesOn ? line.dropLast() + " " : line
                if pending == nil { pending = (index + 1, part) } else { pending?.text += part }
                if !goesOn, let whole = pending {
                    pending = nil
                    read(whole.text.trimmed, at: whole.line)
                }
            }
            if let pending { read(pending.text.trimmed, at: pending.line) }
        }
    }

    private mutating func read(_ text: String, at line: Int) {
        guard !text.isEmpty else { return }
        if text.hasPrefix("["), text.hasSuffix("]") {
            enter(String(text.dropFirst().dropLast()), at: line)
        } else if let equals = text.firstIndex(of: "=") {
            assign(String(text[..<equals]).trimmed, String(text[text.index(after: equals)...]).trimmed, at: line)
        } else {
            report(.refused, line, "\(quoted(text)) is no assignment. Allowed: [Section], Key=value, and # comments")
        }
    }

    private mutating func enter(_ name: String, at line: Int) {
        if ConfigurationKey.sections.contains(name) {
            section = .known(name)
        } else {
            section = .unknown
            let known = ConfigurationKey.sections.map { "[\($0)]" }.joined(separator: ", ")
            report(.warning, line, "unknown section [\(printable(name.utf8))], ignored. Known: \(known)")
        }
    }

    private mutating func assign(_ name: String, _ value: String, at line: Int) {
        switch section {
        case .unknown: return
        case .none: report(.refused, line, "\(quoted(name)) is before the first section. Allowed: [Guard] first")
        case .known(let section):
            guard let key = ConfigurationKey(rawValue: name), key.section == section else {
                let known = ConfigurationKey.allCases.filter { $0.section == section }.map(\.rawValue)
                report(
                    .warning, line,
                    "unknown key \(quoted(name)) in [\(section)], ignored. "
                        + "Known: \(known.joined(separator: ", "))")
                return
            }
            do {
                try key.assign(value, to: &configuration)
                if value.isEmpty || !key.adds { assignments[key] = [] }
                assignments[key, default: []].append(.init(path: path, line: line))
            } catch {
                report(.refused, line, "\(name)=: \(error.reason). Allowed: \(key.allowed)")
            }
        }
    }

    /// Keeps the first problems of each file, and a limited number in all, because each becomes a line in the journal.
    private mutating func report(_ severity: ConfigurationProblem.Severity, _ line: Int?, _ message: String) {
        guard shown < Self.mostShown, problems.count < Self.mostShownInAll else {
            unshown.count += 1
            unshown.line = unshown.line ?? line
            if severity == .refused { unshown.severity = .refused }
            return
        }
        shown += 1
        problems.append(ConfigurationProblem(severity: severity, path: path, line: line, message: message))
    }

    private mutating func tellUnshown() {
        guard unshown.count > 0 else { return }
        let message = "\(unshown.count) more problems from here on are not shown"
        problems.append(
            ConfigurationProblem(severity: unshown.severity, path: path, line: unshown.line, message: message))
    }
}

extension String {
    fileprivate var trimmed: String {
        let white: Set<Character> = [" ", "\t", "\r"]
        let start = drop { white.contains($0) }
        let count = start.reversed().prefix { white.contains($0) }.count
        return String(start.dropLast(count))
    }

    fileprivate var isComment: Bool { hasPrefix("#") || hasPrefix(";") }
}
