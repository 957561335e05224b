import Foundation
import Glibc
import SystemPackage

/// A directory below /tmp that is deleted with its owner.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/amtguard-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Creates a file, with the directories above it.
    @discardableResult
    func file(_ name: String, _ content: String) throws -> String {
        try file(name, Array(content.utf8))
    }

    @discardableResult
    func file(_ name: String, _ content: [UInt8]) throws -> String {
        let url = URL(fileURLWithPath: path + "/" + name)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(content).write(to: url)
        return url.path
    }

    func directory(_ name: String) throws {
        try FileManager.default.createDirectory(atPath: path + "/" + name, withIntermediateDirectories: true)
    }

    func link(_ name: String, to target: String) throws {
        try? FileManager.default.createDirectory(
            at: URL(fileURLWithPath: path + "/" + name).deletingLastPathComponent(), withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: path + "/" + name, withDestinationPath: target)
    }

    func fifo(_ name: String) { _ = unsafe mkfifo(path + "/" + name, 0o644) }

    /// The file of a socket, opened with O_PATH: it looks like a socket, but no socket call accepts it.
    func socketName() throws -> TestSocket {
        guard unsafe mknod(path + "/socket", S_IFSOCK | 0o600, 0) == 0 else { throw Errno(rawValue: errno) }
        let number = unsafe open(path + "/socket", O_PATH | O_CLOEXEC)
        defer { close(number) }
        return TestSocket(copying: number)
    }

    func bytes(_ name: String) -> [UInt8]? {
        FileManager.default.contents(atPath: path + "/" + name).map(Array.init)
    }

    var names: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
    }
}
