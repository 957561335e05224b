/// The text of a machine file: sections, `key = value`, comments. README.md lists the keys.
public struct MachineFile {
    /// What is wrong with it, and what is allowed.
    public struct SyntaxError: Error, Hashable, CustomStringConvertible {
        public var line: Int
        public var problem: String
        public var allowed: String

        public var description: String { "\(line): \(problem); allowed: \(allowed)" }
    }

    /// Reads a machine from the text of its file.
    public static func machine(parsing text: String) throws(SyntaxError) -> Machine {
        var reader = Reader()
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            try reader.read(line: line, number: index + 1)
        }
        return reader.machine
    }

    private struct Reader {
        var machine = Machine()
        var section: Section?
        var name = ""
        var seen: Set<String> = []

        mutating func read(line: Substring, number: Int) throws(SyntaxError) {
            let text = trimmed(withoutComment(line))
            if text.isEmpty { return }
            if text.hasPrefix("[") {
                try open(section: text, number: number)
                return
            }
            guard let section else {
                throw SyntaxError(line: number, problem: "a key before the first section", allowed: Section.allowed)
            }
            guard let equals = text.firstIndex(of: "=") else {
                throw SyntaxError(line: number, problem: "no '='", allowed: "key = value, or [section]")
            }
            let key = String(trimmed(text[..<equals]))
            let value = String(trimmed(text[text.index(after: equals)...]))
            if !section.repeats, !seen.insert("\(section.name) \(name) \(key)").inserted {
                throw SyntaxError(line: number, problem: "'\(key)' a second time", allowed: "once a section")
            }
            try set(key: key, to: value, in: section, number: number)
        }

        private mutating func open(section text: Substring, number: Int) throws(SyntaxError) {
            let words = text.dropFirst().dropLast().split(separator: " ", maxSplits: 1)
            guard text.hasSuffix("]"), let first = words.first,
                let found = sections.first(where: {
                    $0.named ? $0.name == first && words.count == 2 : $0.name == text.dropFirst().dropLast()
                })
            else { throw SyntaxError(line: number, problem: "no section '\(text)'", allowed: Section.allowed) }
            section = found
            name = found.named ? String(words[1]) : ""
            if found.name == "host" { machine.host.append(Machine.HostInterface(name: name)) }
            if found.name == "exchanges", Client(rawValue: name) == nil {
                throw SyntaxError(
                    line: number, problem: "no client '\(name)'",
                    allowed: Client.allCases.map(\.rawValue).joined(separator: ", "))
            }
        }

        private mutating func set(
            key: String, to value: String, in section: Section, number: Int
        ) throws(SyntaxError) {
            switch section.content {
            case .keys(let keys):
                guard let found = keys.first(where: { $0.name == key }) else {
                    throw SyntaxError(
                        line: number, problem: "no key '\(key)' in [\(section.name)]",
                        allowed: keys.map(\.name).joined(separator: ", "))
                }
                guard found.set(&machine, value) else {
                    throw SyntaxError(line: number, problem: "'\(key)' can't be '\(value)'", allowed: found.allowed)
                }
            case .targets(let targets, let allowed, let set):
                guard targets.contains(key) else {
                    throw SyntaxError(
                        line: number, problem: "nothing is called '\(key)' in [\(section.name)]",
                        allowed: targets.joined(separator: ", "))
                }
                guard set(&machine, key, value) else {
                    throw SyntaxError(line: number, problem: "'\(key)' can't be '\(value)'", allowed: allowed)
                }
            case .exchanges:
                guard let client = Client(rawValue: name), let request = hexadecimal(key), !request.isEmpty,
                    let reply = hexadecimal(value)
                else {
                    throw SyntaxError(
                        line: number, problem: "not two messages", allowed: "hexadecimal request = hexadecimal reply")
                }
                machine.exchanges[client, default: []].append(Machine.Exchange(request: request, reply: reply))
            }
        }
    }
}

/// A section of a machine file.
struct Section {
    enum Content {
        case keys([Key])
        case targets([String], allowed: String, set: (inout Machine, String, String) -> Bool)
        case exchanges
    }

    var name: String
    /// `[host NAME]`
    var named = false
    /// The same key may occur more than once.
    var repeats = false
    var content: Content

    static var allowed: String {
        sections.map { $0.named ? "[\($0.name) NAME]" : "[\($0.name)]" }.joined(separator: " ")
    }
}

/// A key, its allowed values, and the property that it sets.
struct Key {
    var name: String
    var allowed: String
    var set: (inout Machine, String) -> Bool
}

private func withoutComment(_ line: Substring) -> Substring {
    if trimmed(line).hasPrefix("#") { return "" }
    var before: Character = "x"
    for index in line.indices {
        if line[index] == "#", before == " " || before == "\t" { return line[..<index] }
        before = line[index]
    }
    return line
}

private func trimmed(_ text: Substring) -> Substring {
    func isSpace(_ character: Character) -> Bool { character == " " || character == "\t" || character == "\r" }
    let head = text.drop(while: isSpace)
    guard let last = head.lastIndex(where: { !isSpace($0) }) else { return "" }
    return head[...last]
}
