import AmtguardCore
import Foundation
import Glibc
import SystemPackage
import Testing

@testable import AmtguardLinux

@Suite("The runtime directory")
struct RuntimeDirectoryTests {
    private let tree: TemporaryDirectory

    init() throws { tree = try TemporaryDirectory() }

    private func runtime() throws -> RuntimeDirectory {
        try RuntimeDirectory(in: RootDirectory(path: FilePath(tree.path)), creating: true)
    }

    private func mode(_ name: String) -> mode_t {
        var status = stat()
        unsafe lstat(tree.path + "/run/amtguard/" + name, &status)
        return status.st_mode & 0o7777
    }

    @Test func `it is created where asked to, with a mode that lets others in`() throws {
        #expect(throws: Errno.noSuchFileOrDirectory) {
            _ = try RuntimeDirectory(in: RootDirectory(path: FilePath(tree.path)))
        }
        _ = try runtime()
        _ = try runtime()
        #expect(mode("") == 0o755)
    }

    @Test func `a link in its place is refused`() throws {
        try tree.directory("elsewhere")
        try tree.link("run/amtguard", to: "/elsewhere")
        #expect(throws: Errno.self) { _ = try runtime() }
    }

    @Test func `a file is replaced all at once, and nothing else is left`() throws {
        let directory = try runtime()
        try directory.replace("state.json", with: Array("one".utf8))
        try directory.replace("state.json", with: Array("two".utf8))
        let bytes = try directory.read("state.json", atMost: 3)
        #expect(bytes == Array("two".utf8))
        #expect(mode("state.json") == 0o644)
        try directory.replace("private", with: [], mode: .ownerReadWrite)
        #expect(mode("private") == 0o600)
        let names = try RootDirectory().names(in: FilePath(tree.path + "/run/amtguard"))
        #expect(names == ["private", "state.json"])
    }

    @Test func `what a crash left behind is no obstacle, and a link there is not followed`() throws {
        let directory = try runtime()
        try tree.file("run/amtguard/.state.json.new", "half")
        try directory.replace("state.json", with: Array("one".utf8))
        try tree.file("victim", "victim")
        try tree.link("run/amtguard/.state.json.new", to: tree.path + "/victim")
        try directory.replace("state.json", with: Array("two".utf8))
        #expect(tree.bytes("run/amtguard/state.json") == Array("two".utf8))
        #expect(tree.bytes("victim") == Array("victim".utf8))
    }

    @Test(.enabled(if: isRoot, needsRoot))
    func `on a full file system the old file stays and nothing half-written beside it`() throws {
        try inPrivateNetwork { [tree] in
            guard unshare(CLONE_NEWNS) == 0 else { throw PrivateNetworkError.unshare(errno) }
            try tree.directory("full")
            try shell("mount --make-rprivate / && mount -t tmpfs -o size=64k none \(tree.path)/full")
            let directory = try RuntimeDirectory(in: RootDirectory(), path: FilePath(tree.path + "/full"))
            try directory.replace("state.json", with: Array("one".utf8))
            var record = try directory.openRecord("owned")
            #expect(throws: Errno.noSpace) {
                try directory.replace("state.json", with: [UInt8](repeating: 0, count: 100_000))
            }
            let names = try RootDirectory().names(in: FilePath(tree.path + "/full"))
            #expect(names == ["owned", "state.json"])
            let bytes = try directory.read("state.json", atMost: 10)
            #expect(bytes == Array("one".utf8))
            // The record has its page, so it can still be written.
            try shell("head -c 100000 /dev/zero > \(tree.path)/full/zero 2>/dev/null; true")
            try record.write(String(repeating: "1", count: 4_096))
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `whatever lies in the place of a file, reading it neither follows nor waits`() throws {
        let directory = try runtime()
        try tree.file("run/amtguard/large", [UInt8](repeating: 0x41, count: 10 << 20))
        try tree.link("run/amtguard/link", to: "/etc/passwd")
        try tree.directory("run/amtguard/directory")
        tree.fifo("run/amtguard/fifo")
        for (name, expected) in [
            ("large", .fileTooLarge), ("link", .tooManySymbolicLinkLevels), ("directory", .isDirectory),
            ("fifo", .invalidArgument), ("none", .noSuchFileOrDirectory),
        ] as [(String, Errno)] {
            #expect(throws: expected) { try directory.read(name, atMost: 1_000) }
            if name != "none", name != "large" {
                #expect(throws: Errno.self) { _ = try directory.openRecord(name) }
                #expect(throws: Errno.self) { _ = try directory.lock(name) }
                #expect(directory.isLocked(name) == nil, "\(name)")
            }
        }
    }

    @Test func `one has the lock, the other gets an error, and the lock ends with its owner`() throws {
        let directory = try runtime()
        let free = directory.isLocked("lock")
        #expect(free == false)
        do {
            let lock = try directory.lock("lock")
            let held = directory.isLocked("lock")
            #expect(held == true)
            #expect(throws: Errno.resourceTemporarilyUnavailable) { _ = try directory.lock("lock") }
            _ = lock
        }
        let freed = directory.isLocked("lock")
        #expect(freed == false)
        _ = try directory.lock("lock")
        #expect(mode("lock") == 0o600)
    }

    @Test(.timeLimit(.minutes(1)))
    func `a patient process gets a lock that another has for a moment, or an error in the end`() throws {
        let directory = try runtime()
        let other = try directory.lock("lock").release().rawValue
        let before = Instant.now()
        #expect(throws: Errno.resourceTemporarilyUnavailable) {
            _ = try directory.lock("lock", patience: .milliseconds(50))
        }
        #expect(Instant.now() - before >= .milliseconds(50))
        Thread.detachNewThread {
            usleep(50_000)
            close(other)
        }
        _ = try directory.lock("lock", patience: .seconds(30))
    }
}
