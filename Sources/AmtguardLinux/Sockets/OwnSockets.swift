import CLinux
import Glibc
import SystemPackage

/// The sockets of this very process, by its own descriptors: an owner of the same name says nothing.
struct OwnSockets {
    private(set) var inodes: Set<UInt32> = []

    /// Looks through the descriptors; what can't be looked at is not ours.
    init() {
        guard let numbers = try? RootDirectory().names(in: "/proc/self/fd") else { return }
        for number in numbers.compactMap({ CInt($0) }) {
            var status = stat()
            guard unsafe fstat(number, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else { continue }
            inodes.insert(UInt32(truncatingIfNeeded: status.st_ino))
        }
    }
}
