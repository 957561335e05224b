import AmtguardLab
import Foundation
import Testing

@Suite struct `A guardian among everything that can go wrong` {
    /// `STORM_SEEDS=1000..<2000 STORM_STEPS=1000000` tries others, or repeats a failure.
    private static let environment = ProcessInfo.processInfo.environment
    private static let steps = environment["STORM_STEPS"].flatMap { Int($0) } ?? 20_000
    private static let seeds: Range<UInt64> = {
        let bounds = (environment["STORM_SEEDS"] ?? "").split(separator: "..<").compactMap { UInt64($0) }
        return bounds.count == 2 && bounds[0] < bounds[1] ? bounds[0]..<bounds[1] : 0..<8
    }()

    /// What firmware's helpers answer, real ones among them.
    private static let answers: [[UInt8]] = {
        let folder = URL(filePath: #filePath).appending(path: "../../Corpora/answer-lines").standardized
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.sorted().compactMap { try? Array(Data(contentsOf: folder.appending(path: $0))) }
    }()

    @Test(arguments: seeds)
    func `keeps its promises`(seed: UInt64) {
        #expect(Self.answers.count > 20)
        var storm = Storm(seed: seed, answers: Self.answers)
        while storm.steps < Self.steps {
            for _ in 0..<500 { storm.step() }
            storm.calm()
        }
        #expect(storm.violations == [])
        // A run counts only if each of these happened.
        for event in [
            "write", "restart", "answer", "observe", "repaired", "contested", "obstructed", "amt", "held", "unheld",
            "redrawing", "redraw-obstructed", "victim", "translated-victim", "calm", "stop", "release", "reload",
        ] {
            #expect(storm.tally[event, default: 0] > 0, "seed \(seed): \(event)")
        }
    }

    @Test func `is the same again for the same seed`() {
        func run() -> [String] {
            var storm = Storm(seed: 7, answers: Self.answers)
            for _ in 0..<3_000 { storm.step() }
            return storm.violations + storm.tally.map { "\($0.key) \($0.value)" }.sorted() + [storm.report]
        }
        #expect(run() == run())
    }
}
