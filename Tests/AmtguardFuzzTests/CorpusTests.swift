import AmtguardFuzz
import Foundation
import Testing

/// The stored bytes for a target: recorded ones, unusual ones, and those that the fuzzer found.
struct Corpus: CustomTestStringConvertible {
    static let directory = URL(filePath: #filePath).appending(path: "../../Corpora").standardized

    let target: FuzzTarget

    var testDescription: String { target.name }

    static let all = FuzzTarget.all.map(Corpus.init)

    func inputs() throws -> [(name: String, bytes: [UInt8])] {
        let directory = Self.directory.appending(path: target.name)
        return try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted().map { name in
            (name, Array(try Data(contentsOf: directory.appending(path: name))))
        }
    }
}

@Suite struct `Each parser of foreign bytes` {
    @Test(arguments: Corpus.all)
    func `keeps its promises for its corpus`(corpus: Corpus) throws {
        let inputs = try corpus.inputs()
        #expect(inputs.count >= 3, "\(corpus.target.name) has no corpus to speak of")
        for (name, bytes) in inputs {
            #expect(throws: Never.self, "\(corpus.target.name)/\(name)") { try corpus.target.check(bytes) }
        }
    }

    @Test func `has a corpus, and each corpus a parser`() throws {
        let corpora = try FileManager.default.contentsOfDirectory(atPath: Corpus.directory.path)
        #expect(corpora.filter { $0 != "README.md" }.sorted() == FuzzTarget.all.map(\.name).sorted())
    }
}
