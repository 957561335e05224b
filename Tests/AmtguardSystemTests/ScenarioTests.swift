import AmtguardTestTools
import Foundation
import Testing

/// Two lanes run at the same time, one scenario after the other in each. A scenario's effect on the kernel's list is
/// private; its use of the processors is not. Most of the time it waits.
@Suite(.enabled(if: geteuid() == 0, "needs root: it makes network, mount and process namespaces"))
struct `The daemon, judged from outside` {
    @Suite(.serialized) struct `in the first lane` {
        @Test(.timeLimit(.minutes(2)), arguments: Scenario.lane(0))
        func `keeps its promises`(_ scenario: Scenario) async throws { try await scenario.play() }
    }

    @Suite(.serialized) struct `in the second lane` {
        @Test(.timeLimit(.minutes(2)), arguments: Scenario.lane(1))
        func `keeps its promises`(_ scenario: Scenario) async throws { try await scenario.play() }
    }

    @Test func `There are scenarios, and each says in its first line what it claims`() {
        #expect(Scenario.all.count >= 15)
        for scenario in Scenario.all {
            #expect(scenario.sentence.hasSuffix("."), "\(scenario.script) begins with \"\(scenario.sentence)\"")
        }
    }
}

extension Scenario {
    /// automake's exit status for "this machine can't run it".
    private static let skipped: Int32 = 77

    /// Every second one.
    fileprivate static func lane(_ number: Int) -> [Scenario] {
        all.enumerated().filter { $0.offset % 2 == number }.map(\.element)
    }

    /// Runs it on a separate thread: it may take a minute, and the other tests share two threads.
    fileprivate func play() async throws {
        let (status, output) = try await withCheckedThrowingContinuation { played in
            Thread.detachNewThread { played.resume(with: Result { try outcome() }) }
        }
        if status == Self.skipped {
            let reason = output.split(separator: "\n").last { $0.hasPrefix("SKIPPED: ") } ?? "SKIPPED"
            try Test.cancel("\(script): \(reason)")
        }
        #expect(status == 0, "\(script) ended with status \(status):\n\(output)")
    }

    private func outcome() throws -> (status: Int32, output: String) {
        let helpers = try Checkout.helpers.get()
        return try run(
            Checkout.scenarios.appending(path: "run").path, [script],
            [
                "AMTGUARD_BIN": Checkout.programs.path, "HELPERS_BIN": helpers.scenarios,
                "BENCH_BIN": helpers.benchmarks, "DEMO_BIN": helpers.demo,
            ])
    }
}
