import Foundation

/// A schema in `docs`: the part of JSON Schema 2020-12 that our schemas use. Any other keyword is a problem.
public struct JSONSchema {
    private let file: String
    private let documents: [String: [String: Any]]

    public static var files: [String] {
        get throws { try Repository.names(in: "docs").filter { $0.hasSuffix(".schema.json") } }
    }

    public init(_ file: String) throws {
        self.file = file
        var documents: [String: [String: Any]] = [:]
        for name in try Self.files {
            let data = Data(try Repository.text("docs/\(name)").utf8)
            documents[name] = try JSONSerialization.jsonObject(with: data) as? [String: Any]
        }
        self.documents = documents
    }

    public var root: [String: Any] { documents[file] ?? [:] }

    /// The problems of a text; empty if it matches.
    public func problems(of json: String) throws -> [String] { try check(json).problems }

    /// The problems of a text, and the paths that it contains: `.amt.evidence[].says`.
    public func check(_ json: String) throws -> (problems: [String], seen: Set<String>) {
        let value = try JSONSerialization.jsonObject(with: Data(json.utf8))
        var check = Check(documents: documents)
        check.run(value, Schema(file: file, rules: root), at: "")
        return (check.problems, check.seen)
    }

    /// A schema or a part of one, and the file to which its references are relative.
    private struct Schema {
        var file: String
        var rules: [String: Any]

        func part(_ rules: [String: Any]) -> Schema { Schema(file: file, rules: rules) }
    }

    private struct Check {
        let documents: [String: [String: Any]]
        var seen: Set<String> = []
        var problems: [String] = []

        mutating func run(_ value: Any, _ schema: Schema, at path: String) {
            seen.insert(path)
            for (word, rule) in schema.rules {
                switch (word, rule) {
                case ("description", _), ("title", _), ("$schema", _), ("$defs", _), ("properties", _): break
                case ("$ref", let name as String):
                    guard let target = resolve(name, in: schema.file) else {
                        fail(path, "no \(name)")
                        break
                    }
                    run(value, target, at: path)
                case ("anyOf", let choices as [[String: Any]]):
                    let fits = choices.contains { choice in
                        var other = Check(documents: documents)
                        other.run(value, schema.part(choice), at: path)
                        return other.problems.isEmpty
                    }
                    if !fits { fail(path, "none of the choices") }
                case ("type", let types as [String]): if !types.contains(type(of: value)) { fail(path, word) }
                case ("type", let type as String): if type != self.type(of: value) { fail(path, word) }
                case ("const", let constant as NSObject): if constant != value as? NSObject { fail(path, word) }
                case ("enum", let values as [NSObject]):
                    if !values.contains(where: { $0 == value as? NSObject }) { fail(path, word) }
                case ("minimum", let least as Int): if let number = value as? Int, number < least { fail(path, word) }
                case ("pattern", let pattern as String):
                    if let text = value as? String, text.range(of: pattern, options: .regularExpression) == nil {
                        fail(path, word)
                    }
                case ("required", let keys as [String]):
                    guard let object = value as? [String: Any] else { break }
                    // A key that is not always there must be one of an event, which is open to further keys.
                    let isOpen = schema.rules["additionalProperties"] as? Bool == true
                    let fits = isOpen ? Set(keys).isSubset(of: object.keys) : Set(keys) == Set(object.keys)
                    if !fits { fail(path, word) }
                case ("additionalProperties", let more as Bool):
                    let keys = Set((schema.rules["properties"] as? [String: Any])?.keys.map { $0 } ?? [])
                    if !more, !Set((value as? [String: Any])?.keys.map { $0 } ?? []).isSubset(of: keys) {
                        fail(path, word)
                    }
                case ("items", let item as [String: Any]):
                    for element in value as? [Any] ?? [] { run(element, schema.part(item), at: path + "[]") }
                default: fail(path, "\(word) is no word that is known")
                }
            }
            guard let object = value as? [String: Any] else { return }
            for (key, part) in schema.rules["properties"] as? [String: [String: Any]] ?? [:] {
                guard let value = object[key] else { continue }
                run(value, schema.part(part), at: "\(path).\(key)")
            }
        }

        private mutating func fail(_ path: String, _ word: String) { problems.append("\(path): \(word)") }

        /// `#/$defs/time` of the same file, or `status.schema.json#/properties/amt`.
        private func resolve(_ reference: String, in file: String) -> Schema? {
            let parts = reference.split(separator: "#", omittingEmptySubsequences: false)
            guard parts.count == 2 else { return nil }
            let file = parts[0].isEmpty ? file : String(parts[0])
            var rules = documents[file]
            for step in parts[1].split(separator: "/") { rules = rules?[String(step)] as? [String: Any] }
            return rules.map { Schema(file: file, rules: $0) }
        }

        private func type(of value: Any) -> String {
            switch value {
            case is NSNull: "null"
            case is String: "string"
            case is [String: Any]: "object"
            case is [Any]: "array"
            // `true` and `1` are both NSNumber; only the first has the type of a character.
            case let number as NSNumber: unsafe String(cString: number.objCType) == "c" ? "boolean" : "integer"
            default: "?"
            }
        }
    }
}
