import Foundation

/// A directory that goes with the object. Its path is short, because a socket's address is.
final class TemporaryDirectory {
    let path = "/tmp/amtguard-\(UInt32.random(in: .min ... .max))"

    /// - Parameter mode: 0o755 where another user has to get in.
    init(mode: Int = 0o700) throws {
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: mode])
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }
}
