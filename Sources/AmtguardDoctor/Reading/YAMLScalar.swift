/// A value of a YAML file, with the keys that lead to it: `["outgoing", "udp_source_port_min"]`, `1024`.
///
/// Reads only the part of YAML in which programs write settings: mappings by indentation, lists of scalars (`- a` and
/// `[a, b]`), tags, quotes and comments. Other YAML gives no values, or values that no check reads.
struct YAMLScalar: Hashable {
    var keys: [String]
    /// Without quotes.
    var value: String
    /// The tag of the value, or of the list it is in: `!override`.
    var tag: String?
    var place: Place

    /// The greatest depth of keys that is read.
    static let deepest = 8

    /// The values of a file, in its order.
    static func scalars(in lines: [SourceLine]) -> [YAMLScalar] {
        let syntax = CommentSyntax(starts: ["#"], afterSpace: true, quotes: ["\"", "'"])
        var parser = YAMLParser()
        for line in syntax.removingComments(from: lines) { parser.read(line) }
        return parser.scalars
    }
}

private struct YAMLParser {
    var scalars: [YAMLScalar] = []
    /// The keys that lead to the line, with their columns and the tags of their values.
    private var open: [(column: Int, key: String, tag: String?)] = []
    /// Whether a list in brackets continues on the next line.
    private var isInBrackets = false

    mutating func read(_ line: SourceLine) {
        let text = line.text.trimmed
        guard !text.isEmpty, text != "---" else { return }
        if isInBrackets { return add(list: text, at: line.place) }
        let column = line.text.utf8.prefix { $0 == UInt8(ascii: " ") }.count
        if text == "-" || text.hasPrefix("- ") {
            // A list may start in the column of its key.
            open.removeAll { $0.column > column }
            return add(String(text.dropFirst(1)).trimmed, at: line.place)
        }
        open.removeAll { $0.column >= column }
        guard let setting = line.keyed, open.count < YAMLScalar.deepest else { return }
        let (tag, value) = Self.tagged(setting.value)
        open.append((column, setting.key.unquoted, tag))
        if value.hasPrefix("[") {
            isInBrackets = true
            add(list: String(value.dropFirst()), at: line.place)
        } else if !value.isEmpty || !setting.value.isEmpty {
            add(value, at: line.place)
        }
    }

    private mutating func add(list: String, at place: Place) {
        isInBrackets = !list.contains("]")
        for item in list.prefix(while: { $0 != "]" }).split(separator: ",") where !item.trimmed.isEmpty {
            add(item.trimmed, at: place)
        }
    }

    private mutating func add(_ value: String, at place: Place) {
        scalars.append(
            YAMLScalar(keys: open.map(\.key), value: value.unquoted, tag: open.last?.tag, place: place))
    }

    /// `!override [1]` is the tag `!override` and `[1]`.
    private static func tagged(_ value: String) -> (tag: String?, value: String) {
        guard value.hasPrefix("!") else { return (nil, value) }
        let tag = value.prefix { $0 != " " }
        return (String(tag), value.dropFirst(tag.count).trimmed)
    }
}

extension SourceLine {
    /// A colon separates only before white space or at the end: `a:b` is a scalar.
    fileprivate var keyed: Setting? {
        guard let setting = setting(":"), setting.value.isEmpty || text.contains(": ") else { return nil }
        return setting
    }
}
