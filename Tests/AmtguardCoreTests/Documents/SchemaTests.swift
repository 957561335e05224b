import AmtguardCore
import AmtguardTestTools
import Foundation
import Testing

@Suite struct `The schema of the status` {
    private func schema() throws -> [String: Any] { try JSONSchema("status.schema.json").root }

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
        let schema = try JSONSchema("status.schema.json")
        var all: Set<String> = []
        for (name, status) in `The JSON`.scenes {
            let (problems, seen) = try schema.check(status().json.description)
            #expect(problems == [], "\(name)")
            all.formUnion(seen)
        }
        #expect(paths(schema.root).subtracting(all) == [], "described, and never told")
    }

    @Test(.enabled(if: JSONSchema.hasOther, "needs python3-jsonschema"))
    func `fits every status by another validator too, which sees what is wrong`() throws {
        let good = `The JSON`.scenes.map { (file: "status.schema.json", text: $0.1().json.description) }
        #expect(try JSONSchema.judgeByOther(good) == ["\(good.count) judged"])
        let bad = try #require(good.first).text.replacing("\"schema\":1", with: "\"schema\":2")
        #expect(try JSONSchema.judgeByOther([("status.schema.json", bad)]).count == 2)
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
        let schema = try JSONSchema("status.schema.json")
        var scene = Scene(choice: nil)
        scene.hear(.provisioned(.admin))
        scene.overwrite(with: "5000-5010", by: sysctl)
        scene.see(.probe(ProbeRecord(probe(.shared), at: at(1))))
        let text = scene.status.json.description
        try #require(text.contains(part))
        let value = #""another thing""#
        let key = try #require(part.split(separator: ":").first)
        for damage in ["\(key):[]", "\(key):\(value)", "\"x\":0,\(part)"] where damage != part {
            // The rest of a value that was cut would be no JSON, so only whole values are replaced.
            guard let damaged = replacing(part, in: text, with: damage),
                let problems = try? schema.problems(of: damaged)
            else { continue }
            if key == "\"advice\"", damage.hasSuffix(value) { continue }
            #expect(!problems.isEmpty, "\(damage)")
        }
    }

    private func replacing(_ part: String, in text: String, with other: String) -> String? {
        text.range(of: part).map { text.replacingCharacters(in: $0, with: other) }
    }

    @Test(arguments: try JSONSchema.files)
    func `describes every key`(file: String) throws {
        func check(_ schema: [String: Any], at path: String) {
            for (key, part) in schema["properties"] as? [String: [String: Any]] ?? [:] {
                let isDescribed = (part["description"] as? String)?.isEmpty == false
                // The target of a reference has its description there.
                let isReference = (part["$ref"] as? String)?.hasPrefix("status.schema.json#/") == true
                #expect(isDescribed || isReference, "\(path).\(key)")
                check(part, at: "\(path).\(key)")
            }
            if let item = schema["items"] as? [String: Any] { check(item, at: path + "[]") }
        }
        check(try JSONSchema(file).root, at: "")
    }

    @Test func `knows the words that the code knows`() throws {
        let properties = try schema()["properties"] as? [String: [String: Any]]
        let choices = properties?["verdict"]?["anyOf"] as? [[String: Any]]
        let verdicts = choices?.lazy.compactMap { $0["enum"] as? [String] }.first
        #expect(verdicts == ["protected", "not-needed", "degraded", "exposed"])
        #expect(Set(verdicts ?? []) == Set(Verdict.allCases.map(\.rawValue)))
        let watches = properties?["watch"]?["anyOf"] as? [[String: Any]]
        let kinds = watches?.lazy.compactMap { $0["enum"] as? [String] }.first
        #expect(Set(kinds ?? []) == Set(Watch.Kind.allCases.map(\.rawValue)))
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
