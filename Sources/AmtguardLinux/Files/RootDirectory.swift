// `--root DIR`: the files of another machine, as a tree below DIR.
//
// The kernel resolves every path as if DIR were `/`, including symbolic links and `..` (RESOLVE_IN_ROOT). So a recorded
// /sys with its absolute links works, and no path leads out of DIR.

import CLinux
import Glibc
public import SystemPackage

/// The directory at which paths begin.
public struct RootDirectory: ~Copyable {
    /// `nil`: the machine's own `/`, with plain opens, which work before Linux 5.6 as well.
    private let directory: Descriptor?

    private var number: CInt? {
        switch directory {
        case .some(let directory): directory.number
        case .none: nil
        }
    }

    /// The tree below `path`, or the machine's own.
    ///
    /// The corresponding C function is `open` with `O_PATH`.
    /// - Throws: `noSuchFileOrDirectory`, `notDirectory` and the like; `noFunction` if `openat2` is not available:
    ///   before Linux 5.6, and in a unit with RestrictSUIDSGID=.
    public init(path: FilePath? = nil) throws(Errno) {
        guard let path else {
            directory = nil
            return
        }
        let number = try valueOrErrno {
            unsafe path.withPlatformString { unsafe Glibc.open($0, O_PATH | O_DIRECTORY | O_CLOEXEC) }
        }
        let opened = Descriptor(owning: number)
        // Fail now; otherwise every file below would seem to be missing.
        _ = try Self.open("/", in: number, flags: O_PATH | O_DIRECTORY | O_CLOEXEC)
        directory = consume opened
    }

    /// Whether it is a tree below some directory, and not the machine's own.
    public var isTree: Bool { number != nil }

    /// Holds the directory `path` open, for look-ups in it.
    ///
    /// The corresponding C function is `open` with `O_PATH`.
    public borrowing func openDirectory(_ path: FilePath) throws(Errno) -> Descriptor {
        try open(path, flags: O_PATH | O_DIRECTORY)
    }

    /// Opens `path` below the root, never for a child process and never as a controlling terminal.
    ///
    /// The corresponding C functions are `open` and `openat2`.
    public borrowing func open(
        _ path: FilePath, _ mode: FileDescriptor.AccessMode = .readOnly, options: FileDescriptor.OpenOptions = [],
        permissions: FilePermissions = []
    ) throws(Errno) -> Descriptor {
        try open(path, flags: mode.rawValue | options.rawValue, permissions: permissions)
    }

    borrowing func open(
        _ path: FilePath, flags: CInt, permissions: FilePermissions = []
    ) throws(Errno) -> Descriptor {
        // openat2 is stricter than open: with O_PATH it does not accept O_NOCTTY.
        let flags = flags | O_CLOEXEC | (flags & O_PATH == 0 ? O_NOCTTY : 0)
        guard let directory = number else {
            return Descriptor(
                owning: try valueOrErrno {
                    unsafe path.withPlatformString { unsafe Glibc.open($0, flags, permissions.rawValue) }
                })
        }
        return try Self.open(path, in: directory, flags: flags, permissions: permissions)
    }

    private static func open(
        _ path: FilePath, in directory: CInt, flags: CInt, permissions: FilePermissions = []
    ) throws(Errno) -> Descriptor {
        var how = open_how()
        how.flags = UInt64(flags)
        how.mode = UInt64(permissions.rawValue)
        how.resolve = UInt64(RESOLVE_IN_ROOT)
        for attempt in 1... {
            do {
                return Descriptor(
                    owning: try valueOrErrno {
                        unsafe path.withPlatformString { unsafe shim_openat2(directory, $0, &how) }
                    })
            } catch Errno.resourceTemporarilyUnavailable where attempt < 8 {
                // A rename happened while the kernel resolved a `..`: try again, as the man page says.
                continue
            }
        }
        throw .resourceTemporarilyUnavailable
    }

    /// The content of a regular file or of an attribute of `/sys` or `/proc`.
    ///
    /// Never blocks: a FIFO is opened with `O_NONBLOCK` and refused.
    /// - Throws: `isDirectory`, `fileTooLarge` beyond `limit` bytes, `invalidArgument` unless it is a regular file.
    public borrowing func readFile(_ path: FilePath, atMost limit: Int) throws(Errno) -> [UInt8] {
        let file = try open(path, flags: O_RDONLY | O_NONBLOCK)
        try file.requireRegularFile()
        return try file.readAll(atMost: limit)
    }

    /// The content of a file that another user may have created: only a regular file is ever opened. Opening some
    /// devices has an effect (`/dev/watchdog`), and reading some files of `/proc` consumes their content.
    ///
    /// - Parameter isKernels: Whether the path is below `/proc` or `/sys`, and may therefore lead there.
    /// - Throws: As `readFile`; `invalidArgument` also if a link leads to `/proc` or `/sys`.
    public borrowing func readForeignFile(
        _ path: FilePath, atMost limit: Int, isKernels: Bool
    ) throws(Errno) -> [UInt8] {
        let place = try open(path, flags: O_PATH)
        try place.requireRegularFile()
        let descriptor = FilePath("/proc/self/fd/\(place.number)")
        if !isKernels {
            let target = try RootDirectory().target(of: descriptor)
            guard !target.starts(with: "/proc"), !target.starts(with: "/sys") else { throw .invalidArgument }
        }
        let file = try RootDirectory().open(descriptor, flags: O_RDONLY | O_NONBLOCK)
        return try file.readAll(atMost: limit)
    }

    /// The first `limit` bytes of an attribute, which may be longer. Each byte is read once.
    public borrowing func readStart(of path: FilePath, atMost limit: Int) throws(Errno) -> [UInt8] {
        let file = try open(path, flags: O_RDONLY | O_NONBLOCK)
        try file.requireRegularFile()
        return try file.readStart(limit)
    }

    /// Whether `path` leads to /dev/null. The corresponding C function is `fstat`.
    public borrowing func isNullDevice(_ path: FilePath) throws(Errno) -> Bool {
        let status = try open(path, flags: O_PATH).status()
        return status.st_mode & S_IFMT == S_IFCHR && shim_major(status.st_rdev) == 1 && shim_minor(status.st_rdev) == 3
    }

    /// Whether only root may read the file, by its mode. The corresponding C function is `fstat`.
    public borrowing func isForRootAlone(_ path: FilePath) throws(Errno) -> Bool {
        let status = try open(path, flags: O_PATH).status()
        return status.st_uid == 0 && status.st_gid == 0 && status.st_mode & S_IROTH == 0
    }

    /// Where the symbolic link `path` points, unresolved.
    ///
    /// The corresponding C function is `readlinkat`.
    public borrowing func target(of path: FilePath) throws(Errno) -> FilePath {
        let link = try open(path, flags: O_PATH | O_NOFOLLOW)
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        let count: Int
        do {
            count = try valueOrErrno { unsafe readlinkat(link.number, "", &buffer, buffer.count - 1) }
        } catch Errno.noSuchFileOrDirectory {
            throw .invalidArgument  // It is there and is no link: with an empty path the kernel says ENOENT.
        }
        return FilePath(String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }
}

extension RootDirectory {
    /// The names in a directory, sorted by bytes, without `.` and `..`.
    ///
    /// The corresponding C functions are `fdopendir` and `readdir`.
    /// - Throws: `fileTooLarge` if there are more than `limit` names.
    public borrowing func names(in directory: FilePath, atMost limit: Int = 4_096) throws(Errno) -> [String] {
        let opened = try open(directory, flags: O_RDONLY | O_DIRECTORY | O_NONBLOCK)
        guard let stream = unsafe fdopendir(opened.number) else { throw Errno(rawValue: errno) }
        _ = opened.release()  // The stream closes it.
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = unsafe readdir(stream) else { break }
            // d_name is declared with 256 bytes, but the entry ends with the name: copying the field reads too far.
            guard let offset = MemoryLayout<dirent>.offset(of: \.d_name) else { break }
            let name = unsafe String(
                cString: (UnsafeRawPointer(entry) + offset).assumingMemoryBound(to: CChar.self))
            guard name != ".", name != ".." else { continue }
            names.append(name)
            guard names.count <= limit else { throw .fileTooLarge }
        }
        guard errno == 0 else { throw Errno(rawValue: errno) }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}
