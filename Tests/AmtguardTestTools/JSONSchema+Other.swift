import Foundation

extension JSONSchema {
    /// Whether Python's `jsonschema`, an independent validator, is installed.
    public static var hasOther: Bool {
        (try? run("/usr/bin/python3", ["-c", "import jsonschema"]).status) == 0
    }

    /// The problems that this validator finds.
    ///
    /// - Parameter texts: Each with the file of its schema.
    /// - Returns: One line for each problem, and at the end how many were judged: "12 judged".
    public static func judgeByOther(_ texts: [(file: String, text: String)]) throws -> [String] {
        let lines = FileManager.default.temporaryDirectory.appending(path: "schemas-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: lines) }
        let text = texts.map { "\($0.file)\t\($0.text)\n" }.joined()
        try Data(text.utf8).write(to: lines)
        let docs = Repository.top.appending(path: "docs").path
        let script = Repository.top.appending(path: "Tests/AmtguardTestTools/validate.py").path
        return try run("/usr/bin/python3", [script, docs, lines.path]).output.split(separator: "\n").map(String.init)
    }
}
