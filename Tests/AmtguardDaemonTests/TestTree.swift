import AmtguardLinux
import Foundation
import SystemPackage

/// A tree with an empty `/run`, deleted with its owner.
final class TestTree: Sendable {
    let path = FileManager.default.temporaryDirectory.path + "/amtguard-\(UUID().uuidString)"

    init() throws {
        try FileManager.default.createDirectory(atPath: path + "/run", withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func root() throws -> RootDirectory { try RootDirectory(path: FilePath(path)) }

    /// The bytes of a file; `nil` if there is none.
    func bytes(_ name: String) -> [UInt8]? { FileManager.default.contents(atPath: path + name).map(Array.init) }

    func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path + name))
    }
}
