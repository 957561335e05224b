import Foundation

/// The files beside the code that must agree with it.
enum Repository {
    static let top = URL(filePath: #filePath).appending(path: "../../..").standardized

    static func text(_ path: String) throws -> String {
        try String(contentsOf: top.appending(path: path), encoding: .utf8)
    }

    static func names(in path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: top.appending(path: path).path).sorted()
    }
}

extension String {
    /// What the groups of a pattern matched, one array for each match.
    func matches(_ pattern: String) throws -> [[String]] {
        let expression = try NSRegularExpression(pattern: pattern, options: .anchorsMatchLines)
        return expression.matches(in: self, range: NSRange(startIndex..., in: self)).map { match in
            (1..<match.numberOfRanges).map { group in
                Range(match.range(at: group), in: self).map { String(self[$0]) } ?? ""
            }
        }
    }
}
