import AmtguardCore
import AmtguardTestTools
import Foundation
import Testing

@Suite struct `The schema of the status` {
    /// The part of JSON Schema 2020-12 that the schema uses, and an error for any other word in it.
    private struct Checker {
        let root: [String: Any]
        var seen: Set<String> = []
        var problems: [String] = []

        mutating func check(_ value: Any, _ schema: [String: Any], at path: String) {
            seen.insert(path)
            for (word, rule) in schema {
                switch (word, rule) {
                case ("description", _), ("title", _), ("$schema", _), ("$defs", _), ("properties", _): break
                case ("$ref", let name as String): check(value, definition(name), at: path)
                case ("anyOf", let choices as [[String: Any]]):
                    let fits = choices.contains { choice in
                        var other = Checker(root: root)
                        other.check(value, choice, at: path)
                        return other.problems.isEmpty
                    }
                    if !fits { problems.append("\(path): none of the choices") }
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
                    if let object = value as? [String: Any], Set(keys) != Set(object.keys) { fail(path, word) }
                case ("additionalProperties", let more as Bool):
                    let keys = Set((schema["properties"] as? [String: Any])?.keys.map { $0 } ?? [])
                    if more || !Set((value as? [String: Any])?.keys.map { $0 } ?? []).isSubset(of: keys) {
                        fail(path, word)
                    }
                case ("items", let item as [String: Any]):
                    for element in value as? [Any] ?? [] { check(element, item, at: path + "[]") }
                default: problems.append("\(path): the checker does not know \(word)")
                }
            }
            guard let object = value as? [String: Any] else { return }
            for (key, part) in schema["properties"] as? [String: [String: Any]] ?? [:] {
                guard let value = object[key] else { continue }
                check(value, part, at: "\(path).\(key)")
            }
        }

        private mutating func fail(_ path: String, _ word: String) { problems.append("\(path): \(word)") }

        private func definition(_ name: String) -> [String: Any] {
            let definitions = root["$defs"] as? [String: [String: Any]]
            return definitions?[String(name.dropFirst("#/$defs/".count))] ?? ["missing": name]
        }

        private func type(of value: Any) -> String {
            switch value {
            case is NSNull: "null"
            case is String: "string"
            case is [String: Any]: "object"
            case is [Any]: "array"
            // `true` and `1` are both NSNumber; only the first is of the type of a character.
            case let number as NSNumber: unsafe String(cString: number.objCType) == "c" ? "boolean" : "integer"
            default: "?"
            }
        }
    }

    private func schema() throws -> [String: Any] {
        let data = Data(try Repository.text("docs/status.schema.json").utf8)
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    /// Every path to a property in a schema: `.amt.evidence[].says`.
    private func paths(_ schema: [String: Any], at path: String = "") -> Set<String> {
        var all: Set<String> = [path]
        for (key, part) in schema["properties"] as? [String: [String: Any]] ?? [:] {
            all.formUnion(paths(part, at: "\(path).\(key)"))
        }
        if let item = schema["items"] as? [String: Any] { all.formUnion(paths(item, at: path + "[]")) }
        return all
    }

    @Test func `fits every status, and every key of it is in one`() throws {
        let schema = try schema()
        var seen: Set<String> = []
        for (name, status) in `The JSON`.scenes {
            let value = try JSONSerialization.jsonObject(with: Data(status().json.description.utf8))
            var checker = Checker(root: schema)
            checker.check(value, schema, at: "")
            #expect(checker.problems == [], "\(name)")
            seen.formUnion(checker.seen)
        }
        #expect(paths(schema).subtracting(seen) == [], "described, and never told")
    }

    @Test(arguments: [
        #""schema":1"#, #""verdict":"protected""#, #""watch":"fanotify""#, #""contested":false"#, #""owned":"623"#,
        #""count":1"#, #""pid":4711"#, #""at":"2026"#, #""advice":null"#, #""auditUSec":30000000"#,
        #""state":"provisioned""#, #""controlMode":"admin""#, #""outcome":"answered""#, #""address":"shared""#,
        #""rule":"awaits-lease""#, #""link":true"#, #""expected":"open""#, #""presumed":"lms""#,
        #""exposure":"reserved""#, #""owned":true"#, #""victimCount":1"#, #""standing":"victim""#,
        #""state":"unconnected""#, #""takers":1"#,
        #""verdict":"diverted""#, #""outcome":"silent""#, #""shared":true"#, #""waitedMSec":4000"#,
    ])
    func `does not fit a status in which that is another`(part: String) throws {
        let schema = try schema()
        var scene = Scene(choice: nil)
        scene.hear(.provisioned(.admin))
        scene.overwrite(with: "5000-5010", by: sysctl)
        scene.see(.probe(ProbeRecord(probe(.shared), at: at(1))))
        let text = scene.status.json.description
        try #require(text.contains(part))
        let value = #""another thing""#
        let key = try #require(part.split(separator: ":").first)
        for damage in ["\(key):[]", "\(key):\(value)", "\"x\":0,\(part)"] where damage != part {
            // The rest of a cut value would be no JSON: whole values only.
            guard let damaged = replacing(part, in: text, with: damage),
                let object = try? JSONSerialization.jsonObject(with: Data(damaged.utf8))
            else { continue }
            if key == "\"advice\"", damage.hasSuffix(value) { continue }
            var checker = Checker(root: schema)
            checker.check(object, schema, at: "")
            #expect(!checker.problems.isEmpty, "\(damage)")
        }
    }

    private func replacing(_ part: String, in text: String, with other: String) -> String? {
        text.range(of: part).map { text.replacingCharacters(in: $0, with: other) }
    }

    @Test func `describes every key`() throws {
        func check(_ schema: [String: Any], at path: String) {
            for (key, part) in schema["properties"] as? [String: [String: Any]] ?? [:] {
                #expect((part["description"] as? String)?.isEmpty == false, "\(path).\(key)")
                check(part, at: "\(path).\(key)")
            }
            if let item = schema["items"] as? [String: Any] { check(item, at: path + "[]") }
        }
        check(try schema(), at: "")
    }

    @Test func `knows the words that the code knows`() throws {
        let properties = try schema()["properties"] as? [String: [String: Any]]
        let choices = properties?["verdict"]?["anyOf"] as? [[String: Any]]
        let verdicts = choices?.lazy.compactMap { $0["enum"] as? [String] }.first
        #expect(verdicts == ["protected", "not-needed", "degraded", "exposed"])
        #expect(Set(verdicts ?? []) == Set(Verdict.allCases.map(\.rawValue)))
        let definitions = try schema()["$defs"] as? [String: [String: Any]]
        let socket = definitions?["socket"]?["properties"] as? [String: [String: Any]]
        #expect(Set(socket?["standing"]?["enum"] as? [String] ?? []) == Set(Standing.allCases.map(\.rawValue)))
        #expect(Set(socket?["state"]?["enum"] as? [String] ?? []) == Set(LocalSocket.State.allCases.map(\.rawValue)))
        let ports = properties?["ports"]?["properties"] as? [String: [String: Any]]
        let port = (ports?["each"]?["items"] as? [String: Any])?["properties"] as? [String: [String: Any]]
        #expect(
            Set(port?["exposure"]?["enum"] as? [String] ?? [])
                == Set(PortCondition.Exposure.allCases.map(\.rawValue)))
        func words(_ path: String...) -> Set<String> {
            var schema = properties?["amt"]
            for key in path {
                let part = schema?["items"] as? [String: Any] ?? schema
                schema = (part?["properties"] as? [String: [String: Any]])?[key]
            }
            return Set((schema?["enum"] as? [Any] ?? []).compactMap { $0 as? String })
        }
        let probe = properties?["probe"]?["properties"] as? [String: [String: Any]]
        #expect(probe?["verdict"]?["enum"] as? [String] == ProbeVerdict.allCases.map(\.rawValue))
        #expect(words("state") == Set(AMTState.words))
        #expect(words("controlMode") == Set(AMTState.ControlMode.allCases.map(\.rawValue)))
        #expect(words("interfaces", "address") == Set(AMTAddress.words))
        #expect(words("interfaces", "rule") == Set(AMTAddress.Rule.allCases.map(\.rawValue)))
        #expect(words("listeners", "expected") == Set(ExpectedListener.Expectation.allCases.map(\.rawValue)))
        #expect(words("firmware", "outcome") == Set(FirmwareInquiryTests.all.map(\.word)))
    }
}
