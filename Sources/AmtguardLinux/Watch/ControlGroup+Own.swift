import CLinux
import Glibc
import SystemPackage

extension ControlGroup {
    /// The mount point of the version 2 control groups: alone, or beside those of version 1. `nil` if they are not
    /// mounted.
    ///
    /// The corresponding C function is `fstatfs`.
    static func mount() -> FilePath? {
        let places: [FilePath] = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"]
        return places.first { path in
            guard let directory = try? RootDirectory().open(path, flags: O_PATH | O_DIRECTORY) else { return false }
            return isVersion2(directory)
        }
    }

    static func isVersion2(_ directory: borrowing Descriptor) -> Bool {
        var status = statfs()
        return unsafe fstatfs(directory.number, &status) == 0
            && UInt64(status.f_type) == UInt64(CGROUP2_SUPER_MAGIC)
    }

    /// The id of this process's control group, if it is that of a service, which has no other processes. An id is the
    /// inode of the group's directory.
    static func ownServiceID() -> UInt64? {
        guard let mount = mount(),
            let text = try? RootDirectory().readFile("/proc/self/cgroup", atMost: 65_536),
            let path = ownServicePath(text),
            let directory = try? RootDirectory().open(FilePath("\(mount)\(path)"), flags: O_PATH | O_DIRECTORY),
            let status = try? directory.status()
        else { return nil }
        return UInt64(status.st_ino)
    }

    /// The path in the text of `/proc/self/cgroup`; `nil` if it is not a service's.
    static func ownServicePath(_ text: [UInt8]) -> String? {
        for line in text.split(separator: UInt8(ascii: "\n")) where line.starts(with: "0::/".utf8) {
            let path = String(decoding: line.dropFirst(3), as: UTF8.self)
            // `/..` leads out of the mounted tree.
            return path.hasSuffix(".service") && !path.hasPrefix("/..") ? path : nil
        }
        return nil
    }
}
