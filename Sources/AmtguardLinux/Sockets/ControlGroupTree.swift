import CLinux
import Glibc
import SystemPackage

/// The control groups of version 2, below their mount point.
struct ControlGroupTree {
    /// The mount of version 2, or that of version 1 with version 2 beside it in `unified`.
    var mount: FilePath

    private static let mostDirectories = 8_192
    private static let deepest = 24

    /// A control group.
    struct Group {
        /// Its unit; `nil` if it belongs to none.
        var unit: String?
        /// Its directory.
        var path: FilePath
    }

    /// Each group that can be found. An id is the inode of the group's directory.
    ///
    /// The kernel gives no path for an inode, so the tree is searched, nearest groups first, until all are found. A
    /// group without subgroups, like most, costs an `open` and an `fstat`.
    /// The corresponding C functions are `fstatfs`, `fdopendir` and `readdir`.
    func groups(of ids: Set<UInt64>) -> [UInt64: Group] {
        var missing = ids
        var groups: [UInt64: Group] = [:]
        for mount in [mount, mount.appending("unified")] where !missing.isEmpty {
            guard let root = try? open(mount, number: nil), ControlGroup.isVersion2(root) else { continue }
            var waiting: [(path: String, depth: Int)] = [("", 0)]
            var next = 0
            while next < min(waiting.count, Self.mostDirectories), !missing.isEmpty {
                let (path, depth) = waiting[next]
                next += 1
                for (name, inode) in directories(in: path, below: root) {
                    let path = path + "/" + name
                    if missing.remove(inode) != nil {
                        groups[inode] = Group(
                            unit: ControlGroup.unit(cgroup: Array("0::\(path)".utf8)),
                            path: FilePath("\(mount)\(path)"))
                    }
                    if depth < Self.deepest { waiting.append((path, depth + 1)) }
                }
            }
        }
        return groups
    }

    private func open(_ path: FilePath, number: CInt?) throws(Errno) -> Descriptor {
        let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
        return Descriptor(
            owning: try valueOrErrno {
                unsafe path.withPlatformString { unsafe openat(number ?? AT_FDCWD, $0, flags) }
            })
    }

    /// The directories in `path`; none if it has disappeared.
    private func directories(in path: String, below root: borrowing Descriptor) -> [(name: String, inode: UInt64)] {
        guard let directory = try? open(FilePath("." + path), number: root.number),
            // The link count: the directory's own two names, and `..` of each directory in it.
            let status = try? directory.status(), status.st_nlink != 2,
            let stream = unsafe fdopendir(directory.number)
        else { return [] }
        _ = directory.release()  // The stream closes it.
        defer { unsafe closedir(stream) }
        var found: [(name: String, inode: UInt64)] = []
        while let entry = unsafe readdir(stream), found.count < Self.mostDirectories {
            guard unsafe entry.pointee.d_type == UInt8(DT_DIR),
                // d_name is declared with 256 bytes, but the entry ends with the name.
                let offset = MemoryLayout<dirent>.offset(of: \.d_name)
            else { continue }
            let name = unsafe String(
                cString: (UnsafeRawPointer(entry) + offset).assumingMemoryBound(to: CChar.self))
            if name != ".", name != ".." { found.append((name, unsafe UInt64(entry.pointee.d_ino))) }
        }
        return found
    }
}
