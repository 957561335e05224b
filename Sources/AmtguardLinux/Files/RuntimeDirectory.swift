// /run/amtguard: what outlives the daemon within one boot, and what other programs read about it.
//
// The daemon's user may write here, so a reader that runs as root must not trust the files. It follows no link, reads
// only regular files, limits their size, and never waits.

import AmtguardCore
import Glibc
public import SystemPackage

/// The runtime directory, held open, so that names are always resolved in this very directory.
public struct RuntimeDirectory: ~Copyable {
    let directory: Descriptor

    /// The directory; created with mode 0755 if it is missing and `creating` is true.
    ///
    /// The corresponding C functions are `open` with `O_PATH` and `mkdirat`.
    public init(
        in root: borrowing RootDirectory, path: FilePath = "/run/amtguard", creating: Bool = false
    ) throws(Errno) {
        let isReadOnly = creating ? try Self.create(path, in: root) : false
        do {
            directory = try root.open(path, flags: O_PATH | O_DIRECTORY | O_NOFOLLOW)
        } catch {
            throw isReadOnly && error == .noSuchFileOrDirectory ? .readOnlyFileSystem : error
        }
    }

    /// Creates the missing parts of a path.
    ///
    /// - Returns: Whether a read-only file system prevented this. In a sandbox the kernel reports this even for
    ///   existing directories, instead of "exists"; the caller finds out whether one is missing.
    private static func create(_ path: FilePath, in root: borrowing RootDirectory) throws(Errno) -> Bool {
        var isReadOnly = false
        var parent = FilePath("/")
        for name in path.components {
            let directory = try root.open(parent, flags: O_PATH | O_DIRECTORY)
            do {
                try valueOrErrno { unsafe mkdirat(directory.number, name.string, 0o755) }
                // The umask of a daemon is 077, but every user may read the state file.
                try valueOrErrno { unsafe fchmodat(directory.number, name.string, 0o755, 0) }
            } catch Errno.fileExists {
            } catch Errno.readOnlyFileSystem {
                isReadOnly = true
            }
            parent.append(name)
        }
        return isReadOnly
    }

    /// The descriptor of the directory, for sockets and watches below it.
    public var fileDescriptor: FileDescriptor { directory.fileDescriptor }

    /// The content of a regular file.
    ///
    /// - Throws: `tooManySymbolicLinkLevels` for a link, `fileTooLarge` beyond `limit` bytes, `isDirectory`,
    ///   `invalidArgument` unless it is a regular file.
    public borrowing func read(_ name: String, atMost limit: Int) throws(Errno) -> [UInt8] {
        let file = try open(name, O_RDONLY)
        try file.requireRegularFile()
        return try file.readAll(atMost: limit)
    }

    /// How long ago a file of that name was written, by the wall clock; `nil` if there is none.
    ///
    /// The corresponding C function is `fstatat`.
    public borrowing func age(of name: String) -> Duration? {
        var status = stat()
        let place = directory.number
        do {
            try valueOrErrno { unsafe fstatat(place, name, &status, AT_SYMLINK_NOFOLLOW) }
        } catch {
            return nil
        }
        return .seconds(Moment.now().wallClock - Int64(status.st_mtim.tv_sec))
    }

    /// Whether it belongs to another user, and this process may not create files in it; also `false` if that can't be
    /// found out.
    ///
    /// The corresponding C functions are `fstat` and `faccessat`.
    public var isOthers: Bool {
        guard let owner = try? directory.status().st_uid, owner != geteuid() else { return false }
        let place = directory.number
        do {
            try valueOrErrno { unsafe faccessat(place, ".", W_OK, 0) }
            return false
        } catch {
            return error == .permissionDenied
        }
    }

    /// Replaces a file atomically: a reader sees the old bytes or the new ones.
    ///
    /// The corresponding C function is `renameat`.
    /// - Returns: The identity of the new file.
    /// - Throws: `noSpace` and others; then the old file is unchanged.
    @discardableResult
    public borrowing func replace(
        _ name: String, with bytes: [UInt8], mode: FilePermissions = [.ownerReadWrite, .groupRead, .otherRead]
    ) throws(Errno) -> FileIdentity {
        // Only one writer at a time has the lock, so the name may be fixed: a crash leaves at most one file.
        let temporary = ".\(name).new"
        let file = try create(temporary)
        do {
            try file.write(bytes, at: 0)
            try valueOrErrno { fchmod(file.number, mode.rawValue) }
            let place = directory.number
            try valueOrErrno { unsafe renameat(place, temporary, place, name) }
            return try file.identity
        } catch {
            try? remove(temporary)
            throw error
        }
    }

    private borrowing func create(_ name: String) throws(Errno) -> Descriptor {
        do {
            return try open(name, O_WRONLY | O_CREAT | O_EXCL, mode: 0o600)
        } catch Errno.fileExists {
            try remove(name)
            return try open(name, O_WRONLY | O_CREAT | O_EXCL, mode: 0o600)
        }
    }

    /// Removes a name. The corresponding C function is `unlinkat`.
    public borrowing func remove(_ name: String) throws(Errno) {
        Self.requireName(name)
        let place = directory.number
        try valueOrErrno { unsafe unlinkat(place, name, 0) }
    }

    /// The corresponding C function is `openat`.
    borrowing func open(_ name: String, _ flags: CInt, mode: mode_t = 0) throws(Errno) -> Descriptor {
        Self.requireName(name)
        let flags = flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC
        let place = directory.number
        return Descriptor(owning: try valueOrErrno { unsafe openat(place, name, flags, mode) })
    }

    private static func requireName(_ name: String) {
        precondition(!name.isEmpty && !name.utf8.contains(UInt8(ascii: "/")) && name != "..", "not a name: \(name)")
    }
}

extension Descriptor {
    /// Writes all of `bytes`. The corresponding C function is `pwrite`.
    func write(_ bytes: [UInt8], at position: Int) throws(Errno) {
        var written = 0
        while written < bytes.count {
            let count = try valueOrErrno {
                unsafe bytes[written...].withUnsafeBytes {
                    unsafe pwrite(number, $0.baseAddress, $0.count, off_t(position + written))
                }
            }
            guard count > 0 else { throw .ioError }
            written += count
        }
    }
}
