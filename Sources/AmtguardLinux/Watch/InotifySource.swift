import AmtguardCore
import CLinux
import Glibc
import SystemPackage

/// inotify on the list: every process may use it. It reports that a process wrote, this one or another.
struct InotifySource: WatchSource {
    /// The corresponding C functions are `inotify_init1` and `inotify_add_watch`.
    func open(on list: borrowing ReservedPortsList) throws(Errno) -> Descriptor {
        let descriptor = Descriptor(owning: try valueOrErrno { inotify_init1(CInt(IN_NONBLOCK | IN_CLOEXEC)) })
        let path = "/proc/self/fd/\(list.file.number)"
        try valueOrErrno { unsafe inotify_add_watch(descriptor.number, path, UInt32(IN_MODIFY)) }
        return descriptor
    }

    func drain(_ descriptor: borrowing Descriptor, procfs: FilePath) -> ListWatch.Drained {
        ListWatch.Drained(reading: descriptor) { bytes, drained in
            if Self.tellsOverflow(bytes) { drained.overflowed = true }
        }
    }

    /// `struct inotify_event`: wd s32, mask u32, cookie u32, len u32, and a name, which a watch on a file never has.
    static func tellsOverflow(_ bytes: ArraySlice<UInt8>) -> Bool {
        var rest = bytes
        while let mask = rest.native(UInt32.self, at: 4), let length = rest.native(UInt32.self, at: 12) {
            if mask & UInt32(IN_Q_OVERFLOW) != 0 { return true }
            guard Int(length) <= rest.count - 16 else { return false }
            rest = rest.dropFirst(16 + Int(length))
        }
        return false
    }
}
