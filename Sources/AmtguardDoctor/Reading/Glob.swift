/// A pattern of file names, as in glob(7): `*`, `?` and `[a-z]`.
enum Glob {
    /// How many components of a path may have wildcards, because each one lists directories.
    static let mostWildcards = 2

    /// Whether `text` has a wildcard.
    static func isPattern(_ text: some StringProtocol) -> Bool {
        text.utf8.contains { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "[") }
    }

    /// Whether a name fits. No wildcard stands for a leading point. The time is at most the product of both lengths.
    static func matches(_ pattern: some StringProtocol, _ name: some StringProtocol) -> Bool {
        let pattern = Array(pattern.utf8)
        let name = Array(name.utf8)
        if name.first == UInt8(ascii: "."), pattern.first != UInt8(ascii: ".") { return false }
        var here = 0
        var there = 0
        // Where to continue if the rest does not fit: after the last star, which then takes one more byte.
        var star: (pattern: Int, name: Int)?
        while there < name.count {
            if here < pattern.count, pattern[here] == UInt8(ascii: "*") {
                star = (here, there)
                here += 1
            } else if let next = step(pattern, here, name[there]) {
                here = next
                there += 1
            } else if let last = star {
                here = last.pattern + 1
                there = last.name + 1
                star = (last.pattern, there)
            } else {
                return false
            }
        }
        return pattern[here...].allSatisfy { $0 == UInt8(ascii: "*") }
    }

    /// The paths that fit a pattern, in the order of their names.
    ///
    /// - Parameter names: The names in a directory.
    static func paths(_ pattern: String, names: (String) -> [String]) -> [String] {
        var paths = [""]
        for component in pattern.split(separator: "/") {
            if isPattern(component) {
                paths = paths.flatMap { directory in
                    names(directory.isEmpty ? "/" : directory).filter { matches(component, $0) }
                        .map { "\(directory)/\($0)" }
                }
            } else {
                paths = paths.map { "\($0)/\(component)" }
            }
        }
        return paths
    }

    /// The position in the pattern after its element here, if that fits `byte`; else `nil`.
    private static func step(_ pattern: [UInt8], _ here: Int, _ byte: UInt8) -> Int? {
        guard here < pattern.count else { return nil }
        switch pattern[here] {
        case UInt8(ascii: "?"):
            return here + 1
        case UInt8(ascii: "["):
            // The first `]` of a class stands for itself. A class without an end is an ordinary bracket.
            guard let end = pattern[min(here + 2, pattern.count)...].firstIndex(of: UInt8(ascii: "]")) else {
                return byte == UInt8(ascii: "[") ? here + 1 : nil
            }
            return isOf(pattern[(here + 1)..<end], byte) ? end + 1 : nil
        default:
            return pattern[here] == byte ? here + 1 : nil
        }
    }

    private static func isOf(_ members: ArraySlice<UInt8>, _ byte: UInt8) -> Bool {
        var rest = members
        let isNegated = rest.first == UInt8(ascii: "!") || rest.first == UInt8(ascii: "^")
        if isNegated { rest.removeFirst() }
        while let low = rest.popFirst() {
            var high = low
            if rest.count >= 2, rest.first == UInt8(ascii: "-") {
                rest.removeFirst()
                high = rest.popFirst() ?? low
            }
            if low <= byte, byte <= high { return !isNegated }
        }
        return isNegated
    }
}
