import AmtguardTestTools
import Foundation
import Testing

/// A script in `Tests/system`: the real daemon on the real kernel, in namespaces of its own.
struct Scenario: CustomTestStringConvertible {
    let script: String
    /// Its first line: what it claims.
    let sentence: String

    var testDescription: String { "\(script): \(sentence)" }

    /// All there are, in the order of their names; what is no scenario is no program of its own either.
    static let all: [Scenario] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: Checkout.scenarios.path)) ?? []
        return names.sorted().filter { $0.hasSuffix(".sh") && $0 != "lib.sh" }.map { name in
            let text = try? String(contentsOf: Checkout.scenarios.appending(path: name), encoding: .utf8)
            let first = text?.split(separator: "\n").first ?? ""
            return Scenario(script: name, sentence: String(first.drop { $0 == "#" || $0 == " " }))
        }
    }()
}

/// The places of this checkout.
enum Checkout {
    static let scenarios = Repository.top.appending(path: "Tests/system")

    /// Where amtguardd and amtguardctl of this very build lie: beside the tests.
    static let programs = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()

    /// What the scenarios need beside the daemon, built once; C only, so a matter of seconds.
    static let helpers = Result {
        (scenarios: try build("Tests/system"), benchmarks: try build("Benchmarks"), demo: try build("Tools/demo"))
    }

    private static func build(_ package: String) throws -> String {
        let arguments = [
            "swift", "build", "-c", "release", "--package-path", Repository.top.appending(path: package).path,
        ]
        let built = try run("/usr/bin/env", arguments)
        try #require(built.status == 0, "\(package) can't be built: \(built.output)")
        let place = try run("/usr/bin/env", arguments + ["--show-bin-path"])
        return place.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
