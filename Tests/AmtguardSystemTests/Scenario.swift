import AmtguardTestTools
import Foundation
import Testing

/// A script in `Tests/system`: the real daemon on the real kernel, in separate namespaces.
struct Scenario: CustomTestStringConvertible {
    let script: String
    /// Its first line: the claim.
    let sentence: String

    var testDescription: String { "\(script): \(sentence)" }

    /// All scenarios, in the order of their names: every `.sh` file but `lib.sh`.
    static let all: [Scenario] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: Checkout.scenarios.path)) ?? []
        return names.sorted().filter { $0.hasSuffix(".sh") && $0 != "lib.sh" }.map { name in
            let text = try? String(contentsOf: Checkout.scenarios.appending(path: name), encoding: .utf8)
            let first = text?.split(separator: "\n").first ?? ""
            return Scenario(script: name, sentence: String(first.drop { $0 == "#" || $0 == " " }))
        }
    }()
}

/// The paths of this checkout.
enum Checkout {
    static let scenarios = Repository.top.appending(path: "Tests/system")

    /// The amtguardd and amtguardctl of this build, in the directory of the tests.
    static let programs = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()

    /// The helper programs of the scenarios, built once, in C only, within seconds.
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
