import AmtguardTestTools
import Foundation
import Testing

/// One after the other: what they do to the kernel's list is private, what they take of the processors is not.
@Suite(.serialized, .enabled(if: geteuid() == 0, "needs root: it makes network, mount and process namespaces"))
struct `The daemon, judged from outside` {
    /// automake's convention for "this machine can't play it".
    private static let skipped: Int32 = 77

    @Test(.timeLimit(.minutes(2)), arguments: Scenario.all)
    func `keeps its promises`(_ scenario: Scenario) throws {
        let helpers = try Checkout.helpers.get()
        let (status, output) = try run(
            Checkout.scenarios.appending(path: "run").path, [scenario.script],
            [
                "AMTGUARD_BIN": Checkout.programs.path, "HELPERS_BIN": helpers.scenarios,
                "BENCH_BIN": helpers.benchmarks,
            ])
        if status == Self.skipped {
            let reason = output.split(separator: "\n").last { $0.hasPrefix("SKIPPED: ") } ?? "SKIPPED"
            try Test.cancel("\(scenario.script): \(reason)")
        }
        #expect(status == 0, "\(scenario.script) ended with status \(status):\n\(output)")
    }

    @Test func `There are scenarios, and each says in its first line what it claims`() {
        #expect(Scenario.all.count >= 15)
        for scenario in Scenario.all {
            #expect(scenario.sentence.hasSuffix("."), "\(scenario.script) begins with \"\(scenario.sentence)\"")
        }
    }
}
