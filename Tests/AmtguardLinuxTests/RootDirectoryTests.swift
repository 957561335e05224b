import Glibc
import SystemPackage
import Testing

@testable import AmtguardLinux

@Suite("Files below a root")
struct RootDirectoryTests {
    private let tree: TemporaryDirectory

    init() throws {
        tree = try TemporaryDirectory()
        try tree.file("etc/amtguard.conf", "[Guard]\n")
        try tree.file("etc/empty", "")
        try tree.directory("etc/directory")
        try tree.file("etc/large", [UInt8](repeating: 0x41, count: 10 << 20))
        tree.fifo("etc/fifo")
        try tree.link("etc/absolute", to: "/etc/amtguard.conf")
        try tree.link("etc/above", to: "../../../../../../etc/amtguard.conf")
        try tree.link("etc/loop", to: "loop")
        try tree.link("etc/out", to: "/etc/passwd")
    }

    @Test func `a file is read whole, and up to its bound`() throws {
        let root = try RootDirectory(path: FilePath(tree.path))
        #expect(try content("/etc/amtguard.conf", of: root, atMost: 8) == "[Guard]\n")
        #expect(try content("/etc/empty", of: root, atMost: 0) == "")
        #expect(error("/etc/amtguard.conf", of: root, atMost: 7) == .fileTooLarge)
    }

    @Test func `links and dots lead back into the root`() throws {
        let root = try RootDirectory(path: FilePath(tree.path))
        #expect(try content("/etc/absolute", of: root) == "[Guard]\n")
        #expect(try content("/etc/above", of: root) == "[Guard]\n")
        #expect(try content("/../../etc/amtguard.conf", of: root) == "[Guard]\n")
        #expect(error("/etc/out", of: root) == .noSuchFileOrDirectory)
    }

    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            ("/etc/directory", .isDirectory), ("/etc/fifo", .invalidArgument), ("/etc/large", .fileTooLarge),
            ("/etc/loop", .tooManySymbolicLinkLevels), ("/etc/none", .noSuchFileOrDirectory),
            ("/etc/empty/below", .notDirectory),
        ] as [(String, Errno)])
    func `a file that is not regular, or too large, is refused at once, below a root and without`(
        _ path: String, _ expected: Errno
    ) throws {
        #expect(error(path, of: try RootDirectory(path: FilePath(tree.path))) == expected)
        #expect(error(tree.path + path, of: try RootDirectory()) == expected)
    }

    @Test func `a device is no file`() throws {
        #expect(error("/dev/zero", of: try RootDirectory()) == .invalidArgument)
    }

    @Test func `names are sorted and bounded`() throws {
        let root = try RootDirectory(path: FilePath(tree.path))
        let names = try root.names(in: "/etc")
        #expect(names == ["above", "absolute", "amtguard.conf", "directory", "empty", "fifo", "large", "loop", "out"])
        #expect(throws: Errno.fileTooLarge) { try root.names(in: "/etc", atMost: 8) }
        #expect(throws: Errno.notDirectory) { try root.names(in: "/etc/empty") }
        let none = try root.names(in: "/etc/directory")
        #expect(none.isEmpty)
    }

    @Test func `a link tells its target, and a file is no link`() throws {
        let root = try RootDirectory(path: FilePath(tree.path))
        let target = try root.target(of: "/etc/out")
        #expect(target == "/etc/passwd")
        #expect(throws: Errno.invalidArgument) { _ = try root.target(of: "/etc/empty") }
    }

    @Test func `a root that is not a directory is reported`() throws {
        #expect(throws: Errno.notDirectory) { _ = try RootDirectory(path: FilePath(tree.path + "/etc/empty")) }
        #expect(throws: Errno.noSuchFileOrDirectory) { _ = try RootDirectory(path: FilePath(tree.path + "/none")) }
    }
}

private func content(_ path: String, of root: borrowing RootDirectory, atMost limit: Int = 1_000) throws -> String {
    String(decoding: try root.readFile(FilePath(path), atMost: limit), as: UTF8.self)
}

private func error(_ path: String, of root: borrowing RootDirectory, atMost limit: Int = 1_000) -> Errno? {
    do {
        _ = try root.readFile(FilePath(path), atMost: limit)
        return nil
    } catch {
        return error
    }
}
