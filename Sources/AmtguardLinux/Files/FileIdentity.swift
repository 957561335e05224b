import Glibc
public import SystemPackage

/// Identifies a file independently of its names.
public struct FileIdentity: Hashable, Sendable {
    private let device: UInt
    private let inode: UInt

    fileprivate init(_ status: stat) {
        (device, inode) = (UInt(status.st_dev), UInt(status.st_ino))
    }
}

extension Descriptor {
    /// The corresponding C function is `fstat`.
    public var identity: FileIdentity {
        get throws(Errno) { FileIdentity(try status()) }
    }
}

extension RuntimeDirectory {
    /// Whether `path` still leads to this directory. The corresponding C functions are `open` with `O_PATH` and
    /// `fstat`.
    public borrowing func isStill(at path: FilePath, in root: borrowing RootDirectory) throws(Errno) -> Bool {
        do {
            let there = try root.open(path, flags: O_PATH | O_DIRECTORY | O_NOFOLLOW)
            return try there.identity == directory.identity
        } catch .noSuchFileOrDirectory, .notDirectory, .tooManySymbolicLinkLevels {
            return false
        }
    }

    /// The file that a name leads to; `nil` if there is none. The corresponding C function is `fstatat`.
    public borrowing func identity(of name: String) throws(Errno) -> FileIdentity? {
        var status = stat()
        let place = directory.number
        do {
            try valueOrErrno { unsafe fstatat(place, name, &status, AT_SYMLINK_NOFOLLOW) }
        } catch .noSuchFileOrDirectory {
            return nil
        }
        return FileIdentity(status)
    }
}

extension Record {
    /// The identity of the file.
    public var identity: FileIdentity {
        get throws(Errno) { try file.identity }
    }
}
