import Glibc
import SystemPackage
import Testing

@testable import AmtguardLinux

@Suite("The record")
struct RecordTests {
    private let tree: TemporaryDirectory

    init() throws { tree = try TemporaryDirectory() }

    private func runtime() throws -> RuntimeDirectory {
        try RuntimeDirectory(in: RootDirectory(path: FilePath(tree.path)), creating: true)
    }

    @Test func `a text replaces the former one, the shorter and the longer`() throws {
        let directory = try runtime()
        var record = try directory.openRecord("owned")
        for text in ["", "623,664", String(repeating: "1", count: 700), "5", String(repeating: "2", count: 4_096), ""] {
            try record.write(text)
            let bytes = try record.read()
            #expect(bytes == Array(text.utf8))
            let again = try directory.openRecord("owned").read()
            #expect(again == bytes)
        }
        #expect(throws: Errno.fileTooLarge) { try record.write(String(repeating: "1", count: 4_097)) }
    }

    @Test func `a new record has a block already, and a write within it keeps the length`() throws {
        var record = try runtime().openRecord("owned")
        #expect(tree.bytes("run/amtguard/owned") == [UInt8](repeating: 0x0A, count: 512))
        try record.write("623\n")
        #expect(tree.bytes("run/amtguard/owned")?.count == 512)
    }

    @Test func `a file that is too long for a record is refused, and made right by a write`() throws {
        try tree.file("run/amtguard/owned", [UInt8](repeating: 0x41, count: 10 << 20))
        var record = try runtime().openRecord("owned")
        #expect(throws: Errno.fileTooLarge) { try record.read() }
        try record.write("623")
        let bytes = try record.read()
        #expect(bytes == Array("623".utf8))
    }

    @Test func `a file with a second name may be somebody's else`() throws {
        try tree.file("run/amtguard/owned", "x")
        #expect(unsafe link(tree.path + "/run/amtguard/owned", tree.path + "/run/amtguard/other") == 0)
        #expect(throws: Errno.notPermitted) { _ = try runtime().openRecord("owned") }
    }

    @Test(.enabled(if: isRoot, needsRoot))
    func `a file of another user is not ours`() throws {
        try tree.file("run/amtguard/owned", "x")
        #expect(unsafe chown(tree.path + "/run/amtguard/owned", 65_534, 65_534) == 0)
        #expect(throws: Errno.notPermitted) { _ = try runtime().openRecord("owned") }
    }

    @Test(.enabled(if: isRoot, needsRoot))
    func `a file of the directory's owner is what root came for`() throws {
        try tree.file("run/amtguard/owned", "x")
        for path in ["/run/amtguard/owned", "/run/amtguard"] {
            #expect(unsafe chown(tree.path + path, 65_534, 65_534) == 0)
        }
        let bytes = try runtime().openRecord("owned", creating: false).read()
        #expect(bytes == Array("x".utf8))
    }

    @Test func `where nothing is to be created, nothing is`() throws {
        let directory = try runtime()
        #expect(throws: Errno.noSuchFileOrDirectory) { _ = try directory.openRecord("owned", creating: false) }
        #expect(throws: Errno.noSuchFileOrDirectory) { _ = try directory.lock("lock", creating: false) }
        #expect(tree.bytes("run/amtguard/owned") == nil)
    }
}
