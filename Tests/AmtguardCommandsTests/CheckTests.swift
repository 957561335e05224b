import AmtguardCore
import AmtguardTestTools
import Foundation
import Testing

@testable import AmtguardCommands

@Suite struct `The line of the check` {
    @Test func `is that of the golden file, for each verdict`() throws {
        let lines = try Reported.outcomes.map { name, outcome in
            let check = CheckLine(try outcome())
            return "\(name): \(check.exit.rawValue) \(check.text)\n"
        }.joined()
        #expect(try Reported.golden("checks.txt", lines) == lines)
    }

    @Test(arguments: Reported.outcomes.map(\.name))
    func `has the essence in 80 characters, and data that parsers take`(name: String) throws {
        let check = CheckLine(try #require(Reported.outcomes.first { $0.name == name }).outcome())
        let parts = check.text.split(separator: "|", omittingEmptySubsequences: false)
        #expect(parts.count <= 2 && parts[0].count <= CheckLine.limit + 1, "\(check.text)")
        #expect(!check.text.contains("\n") && parts.dropFirst().first?.contains(",") != true)
        for datum in parts.dropFirst().first?.split(separator: " ") ?? [] {
            #expect(datum.wholeMatch(of: /[a-z_]+=[0-9]+c?(;[0-9]*){0,2}/) != nil, "\(datum)")
        }
    }

    @Test(
        arguments: [
            (String(repeating: "y", count: 61), String(repeating: "y", count: 61)),
            (String(repeating: "y", count: 62), String(repeating: "y", count: 58) + "..."),
            (
                "the first (" + String(repeating: "word, ", count: 20),
                "the first (" + "word, word, word, word, word, word, word..."
            ),
        ])
    func `is cut at a word, or in a long one`(says: String, shown: String) {
        let absence = Absence(reason: Reason(id: "x", says: says), look: `The commands`.status(nil))
        #expect(CheckLine(.absence(absence)).text == "AMTGUARD UNKNOWN - \(shown)")
    }

    @Test(
        arguments: [
            (.good, nil, 0), (.degraded, nil, 1), (.exposed, nil, 2), (.unknown, nil, 3), (.good, 1, 0),
            (.degraded, 1, 1), (.exposed, 1, 1), (.unknown, 1, 1), (.degraded, 3, 3),
        ] as [(AmtguardCommands.ExitStatus, Int32?, Int32)])
    func `has the exit status of status, or one for every problem`(
        exit: AmtguardCommands.ExitStatus, problem: Int32?, status: Int32
    ) {
        #expect(CheckCommand.status(exit, problem: problem) == status)
    }

    @Test(
        arguments: [
            (.good, 2, 0), (.degraded, 1, 0), (.exposed, 1, 2), (.degraded, 2, 0), (.exposed, 2, 0), (.unknown, 2, 3),
        ] as [(AmtguardCommands.ExitStatus, Int32, Int32)])
    func `accepts a status, and each that is less bad`(
        exit: AmtguardCommands.ExitStatus, accepted: Int32, status: Int32
    ) {
        #expect(CheckCommand.status(exit, accept: accepted, problem: nil) == status)
    }
}
