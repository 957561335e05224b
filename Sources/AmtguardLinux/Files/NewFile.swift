import Glibc
public import SystemPackage

/// A new file that only its owner can read.
///
/// It is created only when the bytes exist, so that a program that is interrupted leaves nothing behind.
public struct NewFile {
    public let path: FilePath

    /// - Throws: `fileExists` for anything of this name, also a dangling link; `noSuchFileOrDirectory`,
    ///   `permissionDenied` and the like, if the file can't be created. This check comes before the work.
    public init(at path: FilePath) throws(Errno) {
        self.path = path
        do throws(Errno) {
            var status = stat()
            try valueOrErrno { unsafe path.withPlatformString { unsafe lstat($0, &status) } }
        } catch .noSuchFileOrDirectory {
            let parent = path.removingLastComponent()
            let directory = parent.isEmpty ? "." : parent
            try valueOrErrno { unsafe directory.withPlatformString { unsafe access($0, W_OK | X_OK) } }
            return
        }
        throw .fileExists
    }

    /// Creates the file with these bytes. The corresponding C function is `open` with `O_EXCL`, which follows no link.
    ///
    /// - Throws: `fileExists`, `noSpace` and others. Then no new file exists.
    public func write(_ bytes: [UInt8]) throws(Errno) {
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC
        let file = Descriptor(
            owning: try valueOrErrno { unsafe path.withPlatformString { unsafe open($0, flags, 0o600) } })
        do {
            try file.write(bytes, at: 0)
            let number = file.number
            try valueOrErrno { fsync(number) }
        } catch {
            _ = unsafe path.withPlatformString { unsafe unlink($0) }
            throw error
        }
    }
}
