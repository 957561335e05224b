import AmtguardCore
import AmtguardMEI
import Foundation
import Testing

/// Real machines in `Tests/Recordings`: NAME.recording, and beside it NAME.expected with the expected values.
/// `Tools/take-recording` adds one.
@Suite struct `Recorded machines` {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Recordings")
    private static let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    private static let names = files.filter { $0.hasSuffix(".recording") }.map { String($0.dropLast(10)) }.sorted()

    private func recording(_ name: String) throws -> Recording {
        try Recording(parsing: Array(try Data(contentsOf: Self.folder.appending(path: "\(name).recording"))))
    }

    /// The lines of an answer, without the last one, which only ends it.
    private func lines(_ answer: FirmwareAnswer) -> Set<Substring> {
        Set(String(decoding: answer.encoded, as: UTF8.self).split(separator: "\n")).subtracting(["END=1"])
    }

    /// A later version may read more values; that is no failure.
    @Test(arguments: names) func `are told as their owners expect`(name: String) throws {
        let text = try String(contentsOf: Self.folder.appending(path: "\(name).expected"), encoding: .utf8)
        let expected = Set(text.split(separator: "\n").filter { !$0.hasPrefix("#") })
        #expect(expected.contains("OUTCOME=answered"))
        #expect(expected.subtracting(lines(try recording(name).answer())) == [], "expected, and not read")
    }

    @Test(arguments: names) func `have nothing to mask that is not masked`(name: String) throws {
        let recording = try recording(name)
        #expect(recording.masked == recording)
        #expect(!recording.headers.contains { $0.name == "serial" })
    }

    @Test func `are one of them at least, each with its expectations`() {
        #expect(!Self.names.isEmpty)
        let others = Set(Self.files).subtracting(Self.names.flatMap { ["\($0).recording", "\($0).expected"] })
        #expect(others == [])
    }
}
