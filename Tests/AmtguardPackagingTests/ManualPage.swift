import AmtguardTestTools
import Foundation

/// A page of the manual, in mdoc(7).
struct ManualPage: CustomStringConvertible {
    let name: String
    let section: String
    let source: String

    var description: String { "\(name)(\(section))" }

    init(_ file: String) throws {
        source = try Repository.text("docs/man/\(file)")
        section = String(file.split(separator: ".").last ?? "")
        name = String(file.dropLast(section.count + 1))
    }

    static var files: [String] { get throws { try Repository.names(in: "docs/man") } }

    /// The options that have an entry: `--root`.
    var options: Set<String> {
        get throws {
            let entries = try source.matches(#"^\.It (Fl .*)$"#).map { $0[0] }
            return Set(try entries.flatMap { try $0.matches(#"Fl Fl ([a-z-]+)"#).map { "--\($0[0])" } })
        }
    }

    /// The entries of the section `heading` that begin with the macro `macro`.
    func entries(_ macro: String, in heading: String) throws -> [String] {
        guard let start = source.range(of: ".Sh \(heading)\n") else { return [] }
        let rest = source[start.upperBound...]
        let text = rest.range(of: "\n.Sh ").map { String(rest[..<$0.lowerBound]) } ?? String(rest)
        return try text.matches(#"^\.It \#(macro) (.*)$"#).map { $0[0] }
    }
}
