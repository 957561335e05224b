import Glibc
public import SystemPackage

/// Which run of the kernel this is: what was seen in another one proves nothing.
public enum BootID {
    /// Where the kernel says it.
    public static var path: FilePath { "/proc/sys/kernel/random/boot_id" }

    /// The id of this boot, 32 hexadecimal digits without dashes, as the journal writes it.
    ///
    /// - Throws: `badMessage` for anything that is no id.
    public static func read(_ path: FilePath = Self.path) throws(Errno) -> String {
        try read(from: open(path))
    }

    /// The file that says it. A container's manager may mount another over it, so that two mounts of procfs differ: who
    /// wants to agree with the machine's other programs reads theirs.
    public static func open(_ path: FilePath = Self.path) throws(Errno) -> Descriptor {
        try RootDirectory().open(path, flags: O_RDONLY | O_NONBLOCK)
    }

    /// The id that this file says.
    public static func read(from file: borrowing Descriptor) throws(Errno) -> String {
        let digits = try file.readAll(atMost: 64).filter { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: "\n") }
        let isID = digits.count == 32 && digits.allSatisfy { Character(UnicodeScalar($0)).isHexDigit }
        guard isID else { throw .badMessage }
        return String(decoding: digits, as: UTF8.self).lowercased()
    }
}

/// Which network namespace this is: the list, the ports and what we own there belong to one.
public enum NetworkNamespace {
    /// Device and inode, `4:4026531840`: equal in two processes exactly when both see the same list.
    ///
    /// The thread's own, not the process's. The corresponding C function is `stat`.
    public static func identity(_ path: FilePath = "/proc/thread-self/ns/net") throws(Errno) -> String {
        let status = try RootDirectory().open(path, flags: O_PATH).status()
        return "\(status.st_dev):\(status.st_ino)"
    }
}
