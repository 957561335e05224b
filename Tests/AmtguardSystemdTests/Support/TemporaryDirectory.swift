import Foundation

/// A directory that is deleted with the object. Its path is short, because a socket's address is.
final class TemporaryDirectory {
    let path = "/tmp/amtguard-\(UInt32.random(in: .min ... .max))"

    /// - Parameter mode: 0o755 if another user has to enter it.
    init(mode: Int = 0o700) throws {
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: mode])
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }
}
