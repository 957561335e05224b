import AmtguardTestTools
import Foundation
import Testing

@Suite struct `The results of the benchmarks` {
    @Test func `stand in the document as the program wrote them`() throws {
        let document = try Repository.text("Benchmarks/RESULTS.md")
        let files = try Repository.names(in: "Benchmarks/results").filter { $0.hasSuffix(".json") }
        #expect(files.contains("latency.json") && files.contains("losses.json"))
        for file in files {
            let text = try Repository.text("Benchmarks/results/\(file)")
            let part = try JSONDecoder().decode(Part.self, from: Data(text.utf8))
            #expect(document.contains("\n## \(part.title)\n"), "\(file)")
            for target in part.targets { #expect(document.contains(target.what), "\(file): make bench BENCH=report") }
        }
    }

    private struct Part: Decodable {
        let title: String
        let targets: [Target]
        struct Target: Decodable { let what: String }
    }
}
