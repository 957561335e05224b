import CLinux
import Glibc
import SystemPackage

/// Finds the network namespaces of the machine: those of processes, and those that a mount keeps.
struct NamespaceSearch {
    /// A namespace, and a path that leads to it.
    struct Found {
        var path: FilePath
        var owner: NamespaceOwner
    }

    private let proc: FilePath
    private let directories: [FilePath]
    private let own: UInt64
    private(set) var found: [UInt64: Found] = [:]
    private(set) var hiddenProcesses = 0

    private static let mostProcesses = 131_072

    /// - Parameters:
    ///   - directories: where namespaces are mounted.
    ///   - own: the inode of the namespace to leave out.
    init(proc: FilePath, directories: [FilePath], own: UInt64) {
        (self.proc, self.directories, self.own) = (proc, directories, own)
    }

    mutating func run() throws(Errno) {
        let root = try RootDirectory()
        // In the order of numbers: the first process of a container is usually its main process.
        for pid in try root.names(in: proc, atMost: Self.mostProcesses).compactMap({ Int32($0) }).sorted() {
            note(process: pid)
        }
        for directory in directories {
            // Without `ip netns` or without docker there is no such directory.
            for name in (try? root.names(in: directory)) ?? [] { note(mount: directory.appending(name), name) }
        }
    }

    /// The corresponding C function is `stat`, which may follow the link if the caller may trace the process.
    private mutating func note(process pid: Int32) {
        let path = proc.appending("\(pid)/ns/net")
        var status = stat()
        guard unsafe path.withPlatformString({ unsafe stat($0, &status) }) == 0 else {
            // A process that has ended has no namespace.
            if errno == EACCES || errno == EPERM { hiddenProcesses += 1 }
            return
        }
        let inode = UInt64(status.st_ino)
        guard inode != own, found[inode] == nil else { return }
        found[inode] = Found(path: path, owner: NamespaceOwner(pid: pid))
    }

    private mutating func note(mount path: FilePath, _ name: String) {
        guard let inode = Self.namespaceInode(path), inode != own else { return }
        var owner = found[inode]?.owner ?? NamespaceOwner()
        owner.name = owner.name ?? name
        // A mount outlives the process.
        found[inode] = Found(path: path, owner: owner)
    }

    /// The path may be another file, also a FIFO. O_PATH examines it without opening it.
    ///
    /// The corresponding C functions are `fstatfs` and `fstat`.
    private static func namespaceInode(_ path: FilePath) -> UInt64? {
        guard let file = try? RootDirectory().open(path, flags: O_PATH) else { return nil }
        var system = statfs()
        guard unsafe fstatfs(file.number, &system) == 0, UInt64(system.f_type) == UInt64(NSFS_MAGIC),
            let status = try? file.status()
        else { return nil }
        return UInt64(status.st_ino)
    }
}
