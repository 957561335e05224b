import AmtguardCore
import Glibc
public import SystemPackage

/// Replaces a file that other programs read: each of them sees the former bytes or the new ones, never a mixture.
///
/// The new file has another name until it is complete, in the same directory, because a rename stays within one file
/// system. That name begins with a dot and ends in `.new`, so that a reader of `*.prom` or `*.conf` ignores it.
public struct FileReplacement {
    private let directory: FilePath
    private let name: String

    /// Why the former file stays unchanged; one line.
    public struct Failure: Error, Hashable, CustomStringConvertible {
        public let description: String

        fileprivate init(_ description: String) { self.description = description }
    }

    /// - Throws: `Failure` for a path that names no file.
    public init(of path: FilePath) throws(Failure) {
        guard let last = path.lastComponent, last.kind == .regular else {
            throw Failure("this is a directory. Allowed: the path of a file")
        }
        name = last.string
        let parent = path.removingLastComponent()
        directory = parent.isEmpty ? "." : parent
    }

    /// Writes the new file, mode 0644, and renames it to the path.
    ///
    /// The corresponding C functions are `openat`, `fsync` and `renameat`.
    /// - Throws: `Failure`. Then the new file is removed again.
    public func write(_ bytes: [UInt8]) throws(Failure) {
        let place: Descriptor
        do {
            place = try RootDirectory().openDirectory(directory)
        } catch .noSuchFileOrDirectory {
            throw Failure("there is no directory \(printable(directory.string.utf8, atMost: 200))")
        } catch .notDirectory {
            throw Failure("\(printable(directory.string.utf8, atMost: 200)) is not a directory")
        } catch {
            throw Failure("\(error)")
        }
        try requireReplaceable(in: place)
        do {
            try replace(in: place, with: bytes)
        } catch .fileNameTooLong {
            throw Failure("the name is too long")
        } catch {
            throw Failure("\(error)")
        }
    }

    /// Only a regular file may be replaced: a rename would remove a device, or a link of the administrator.
    private func requireReplaceable(in place: borrowing Descriptor) throws(Failure) {
        var status = stat()
        let number = place.number
        do {
            try valueOrErrno { unsafe fstatat(number, name, &status, AT_SYMLINK_NOFOLLOW) }
        } catch .noSuchFileOrDirectory {
            return
        } catch {
            throw Failure("\(error)")
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return
        case S_IFDIR: throw Failure("this is a directory. Allowed: the path of a file")
        case S_IFLNK: throw Failure("this is a symbolic link, which would be lost. Allowed: the path of a file")
        default: throw Failure("this is not a regular file. Allowed: the path of a file")
        }
    }

    private func replace(in place: borrowing Descriptor, with bytes: [UInt8]) throws(Errno) {
        // No other running process has this name, so a file of this name is left over from a process that was killed.
        let temporary = ".\(name).\(getpid()).new"
        let number = place.number
        let file: Descriptor
        do {
            file = try create(temporary, in: number)
        } catch .fileExists {
            try valueOrErrno { unsafe unlinkat(number, temporary, 0) }
            file = try create(temporary, in: number)
        }
        do {
            try file.write(bytes, at: 0)
            let descriptor = file.number
            try valueOrErrno { fchmod(descriptor, 0o644) }
            // A full network file system reports that only here.
            try valueOrErrno { fsync(descriptor) }
            try valueOrErrno { unsafe renameat(number, temporary, number, name) }
        } catch {
            _ = unsafe unlinkat(number, temporary, 0)
            throw error
        }
    }

    private func create(_ temporary: String, in number: CInt) throws(Errno) -> Descriptor {
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        return Descriptor(owning: try valueOrErrno { unsafe openat(number, temporary, flags, 0o600) })
    }
}
