import CLinux
import Glibc
import SystemPackage

// The checks of a handed-over fanotify group, before `FanotifySource` reads it.

/// The properties of a fanotify group, from `/proc/self/fdinfo/N`.
struct FanotifyGroup: Hashable {
    struct Mark: Hashable {
        var inode: UInt64
        /// The kernel's own encoding: 12 bits of major above 20 of minor.
        var device: UInt64
        var mask: UInt64
    }

    /// The first argument of `fanotify_init`.
    var flags: UInt64
    var marks: [Mark]

    /// The text begins with `pos:`, `flags:`, `mnt_id:`, `ino:`; a line `fanotify flags:…` identifies a group.
    init?(fdinfo text: [UInt8]) {
        var flags: UInt64?
        var marks: [Mark] = []
        for line in text.split(separator: UInt8(ascii: "\n")) {
            var words = line.split(separator: UInt8(ascii: " "))[...]
            guard words.popFirst()?.elementsEqual("fanotify".utf8) == true else { continue }
            var fields: [String: UInt64] = [:]
            for word in words {
                let parts = word.split(separator: UInt8(ascii: ":"), maxSplits: 1)
                guard parts.count == 2 else { continue }
                fields[String(decoding: parts[0], as: UTF8.self)] = UInt64(
                    String(decoding: parts[1], as: UTF8.self), radix: 16)
            }
            if let inode = fields["ino"], let device = fields["sdev"], let mask = fields["mask"] {
                marks.append(Mark(inode: inode, device: device, mask: mask))
            } else if let value = fields["flags"], fields["event-flags"] != nil {
                flags = value
            }
        }
        guard let flags else { return nil }
        self.flags = flags
        self.marks = marks
    }

    var reportsPidfd: Bool { flags & UInt64(FAN_REPORT_PIDFD) != 0 }

    private var reportsFileHandles: Bool {
        flags & UInt64(FAN_REPORT_FID | FAN_REPORT_DIR_FID | FAN_REPORT_NAME) != 0
    }

    private var isNotification: Bool { flags & UInt64(FAN_CLASS_CONTENT | FAN_CLASS_PRE_CONTENT) == 0 }

    /// Checks that the group watches the held list, the file of *this* mount of `/proc`, and nothing else.
    ///
    /// - Throws: `notSupported` for a group of another type, `staleNFSFileHandle` if the list has no mark.
    func require(markOn list: stat) throws(Errno) {
        guard isNotification, !reportsFileHandles else { throw .notSupported }
        let device = UInt64(shim_major(list.st_dev)) << 20 | UInt64(shim_minor(list.st_dev))
        let isMarked = marks.contains {
            $0.inode == UInt64(list.st_ino) && $0.device == device && $0.mask & UInt64(FAN_MODIFY) != 0
        }
        guard isMarked else { throw .staleNFSFileHandle }
    }
}

extension FanotifyGroup {
    /// The kind of a handed-over group; `invalidArgument` for anything else.
    static func inspect(_ descriptor: borrowing Descriptor) throws(Errno) -> FanotifyGroup {
        let text = try RootDirectory().readFile(FilePath("/proc/self/fdinfo/\(descriptor.number)"), atMost: 65_536)
        guard let group = FanotifyGroup(fdinfo: text) else { throw .invalidArgument }
        // The process that armed it may have omitted these flags; a blocking read would stop the daemon.
        let status = try valueOrErrno { fcntl(descriptor.number, F_GETFL) }
        try valueOrErrno { fcntl(descriptor.number, F_SETFL, status | O_NONBLOCK) }
        try valueOrErrno { fcntl(descriptor.number, F_SETFD, FD_CLOEXEC) }
        return group
    }
}
