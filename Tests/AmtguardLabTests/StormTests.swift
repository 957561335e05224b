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

    /// Bytes of real machines and of the fuzzer.
    private static let sources = StormSources(
        answers: corpus("answer-lines"), smbiosTables: corpus("smbios-table"), probes: corpus("probe"))

    private static func corpus(_ name: String) -> [[UInt8]] {
        let folder = URL(filePath: #filePath).appending(path: "../../Corpora/\(name)").standardized
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        let files = names.sorted().compactMap { try? Array(Data(contentsOf: folder.appending(path: $0))) }
        precondition(files.count > 5, "there is no corpus in \(folder.path)")
        return files
    }

    /// Makes at least `steps` steps, with a quiet interval after each five hundred. With a journal, it ends at the first
    /// broken promise.
    private static func run(_ seed: UInt64, steps: Int, journalFrom first: Int? = nil) -> Storm {
        var storm = Storm(seed: seed, sources: sources)
        while storm.steps < steps {
            for _ in 0..<500 {
                if storm.steps == first { storm.keepJournal() }
                storm.step()
                if first != nil, storm.firstViolation != nil { return storm }
            }
            storm.calm()
            if first != nil, storm.firstViolation != nil { return storm }
        }
        return storm
    }

    /// The same run again, up to the first broken promise, with what happened before it.
    private static func story(_ seed: UInt64, upTo step: Int) -> String {
        run(seed, steps: step, journalFrom: max(step - 20, 0)).journal.suffix(200).joined(separator: "\n")
    }

    @Test(arguments: seeds)
    func `keeps its promises`(seed: UInt64) {
        let storm = Self.run(seed, steps: Self.steps)
        #expect(storm.violations == [])
        if let step = storm.firstViolation { Issue.record("\(Self.story(seed, upTo: step))") }
        // What happens in one step of ten thousand may be missing in a short run.
        let rare: Set<StormTally.Kind> = [.longList, .toldStranded, .toldVictimsUntold, .toldRedrawRestored]
        #expect(storm.tally.missing.filter { Self.steps > 100_000 || !rare.contains($0) } == [], "seed \(seed)")
    }

    @Test func `is the same again for the same seed`() {
        func run() -> [String] {
            let storm = Self.run(7, steps: 3_000)
            return storm.violations + StormTally.Kind.allCases.map { "\($0) \(storm.tally[$0])" } + [storm.report]
        }
        #expect(run() == run())
    }

    @Test func `leaves a journal that is wanted, and is not changed by it`() {
        let (storm, other) = (Self.run(7, steps: 1_000, journalFrom: 400), Self.run(7, steps: 1_000))
        #expect(storm.journal.first == "step 401" && storm.journal.contains { $0.hasPrefix("read: ") })
        #expect(other.journal == [] && storm.tally == other.tally && storm.report == other.report)
    }
}
