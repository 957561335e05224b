import AmtguardTestTools
import Foundation
import Testing

@testable import AmtguardCore

@Suite struct `The journal's catalog` {
    struct Entry {
        var id: String
        var headers: [String: String] = [:]
        var text: [String] = []
    }

    /// The format of journal-internal `catalog_import_file`: an id, headers, an empty line, a text.
    /// journalctl prints an unknown @FIELD@ unchanged.
    private func entries() throws -> [Entry] {
        var entries: [Entry] = []
        var inHeaders = false
        for line in try Repository.text("systemd/amtguard.catalog").split(
            separator: "\n", omittingEmptySubsequences: false)
        {
            if line.hasPrefix("-- ") {
                entries.append(Entry(id: String(line.dropFirst(3))))
                inHeaders = true
            } else if entries.isEmpty {
                #expect(line.isEmpty || line.hasPrefix("#"), "only comments stand before the first entry: \(line)")
            } else if inHeaders, line.isEmpty {
                inHeaders = false
            } else if inHeaders {
                let parts = line.split(separator: ":", maxSplits: 1)
                #expect(parts.count == 2 && parts[1].hasPrefix(" "), "\(line)")
                entries[entries.count - 1].headers[String(parts[0])] = parts.last?.trimmingCharacters(in: .whitespaces)
            } else {
                entries[entries.count - 1].text.append(String(line))
            }
        }
        return entries
    }

    @Test func `has an entry for every id, and no other`() throws {
        let ids = try entries().map(\.id)
        #expect(ids.sorted() == Event.MessageID.allCases.map(\.rawValue).sorted())
    }

    @Test func `says of each what happened and what to do, with a subject and a page`() throws {
        for entry in try entries() {
            #expect(entry.headers["Defined-By"] == "amtguard", "\(entry.id)")
            #expect(entry.headers["Documentation"]?.contains("man:amtguard") == true, "\(entry.id)")
            #expect(entry.headers["Subject"]?.isEmpty == false, "\(entry.id)")
            #expect(entry.text.filter { !$0.isEmpty }.count >= 5, "\(entry.id)")
            #expect(entry.text.allSatisfy { $0.count <= 80 }, "\(entry.id)")
        }
    }

    @Test func `names only fields that the entries have`() throws {
        // journalctl leaves an unknown @FIELD@ as it stands.
        var known: [String: Set<String>] = [:]
        for case (let event?, _, _, _, _) in `The journal`.cases {
            let entry = event.journalEntry
            known[entry.messageID ?? "", default: []].formUnion(entry.fields.map(\.name))
        }
        for entry in try entries() {
            let all = ([entry.headers["Subject"] ?? ""] + entry.text).joined(separator: "\n")
            let words = all.split(separator: "@", omittingEmptySubsequences: false).enumerated()
                .filter { !$0.offset.isMultiple(of: 2) }.map { String($0.element) }
            for word in words { #expect(known[entry.id]?.contains(word) == true, "\(entry.id): @\(word)@") }
        }
    }

    /// Needs systemd 250 or later.
    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/journalctl"), "journalctl is there"))
    func `is taken by journalctl`() throws {
        let root = FileManager.default.temporaryDirectory.appending(path: "amtguard-catalog-\(UUID().uuidString)")
        let directory = root.appending(path: "usr/lib/systemd/catalog")
        defer { try? FileManager.default.removeItem(at: root) }
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        try FileManager.default.createDirectory(
            at: root.appending(path: "var/lib/systemd/catalog"), withIntermediateDirectories: true)
        try Repository.text("systemd/amtguard.catalog").write(
            to: directory.appending(path: "amtguard.catalog"), atomically: true, encoding: .utf8)
        func journalctl(_ arguments: String...) throws -> (Int32, String) {
            try run("/usr/bin/journalctl", ["--root=\(root.path())"] + arguments)
        }
        let (status, output) = try journalctl("--update-catalog")
        #expect(status == 0 && output.isEmpty, "\(output)")
        let (_, list) = try journalctl("--list-catalog")
        for id in Event.MessageID.allCases { #expect(list.contains(id.rawValue), "\(id): \(list)") }
    }
}
