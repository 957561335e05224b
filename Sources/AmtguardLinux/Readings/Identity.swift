import Glibc
public import SystemPackage

/// Identifies this boot of the kernel: observations of another boot prove nothing.
public enum BootID {
    /// Where the kernel shows it.
    public static var path: FilePath { "/proc/sys/kernel/random/boot_id" }

    /// The id of this boot, 32 hexadecimal digits without dashes, as the journal writes it.
    ///
    /// - Throws: `badMessage` for anything that is not an id.
    public static func read(_ path: FilePath = Self.path) throws(Errno) -> String {
        try read(from: open(path))
    }

    /// Opens the file with the id. A container manager may mount another file over it, so two mounts of procfs can show
    /// different ids. To agree with the machine's other programs, read the id that they see.
    public static func open(_ path: FilePath = Self.path) throws(Errno) -> Descriptor {
        try RootDirectory().open(path, flags: O_RDONLY | O_NONBLOCK)
    }

    /// The id in this file.
    public static func read(from file: borrowing Descriptor) throws(Errno) -> String {
        let digits = try file.readAll(atMost: 64).filter { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: "\n") }
        let isID = digits.count == 32 && digits.allSatisfy { Character(UnicodeScalar($0)).isHexDigit }
        guard isID else { throw .badMessage }
        return String(decoding: digits, as: UTF8.self).lowercased()
    }
}

/// Identifies this network namespace, to which the list and the ports belong.
public enum NetworkNamespace {
    /// Device and inode, `4:4026531840`: equal in two processes exactly when both see the same list.
    ///
    /// It is the namespace of the thread, not of the process. The corresponding C function is `stat`.
    public static func identity(_ path: FilePath = "/proc/thread-self/ns/net") throws(Errno) -> String {
        let status = try RootDirectory().open(path, flags: O_PATH).status()
        return "\(status.st_dev):\(status.st_ino)"
    }

    /// The inode alone, which a program in the kernel sees.
    ///
    /// It is the namespace of the thread, not of the process. The corresponding C function is `stat`.
    public static func inode(_ path: FilePath = "/proc/thread-self/ns/net") throws(Errno) -> UInt64 {
        UInt64(try RootDirectory().open(path, flags: O_PATH).status().st_ino)
    }
}
