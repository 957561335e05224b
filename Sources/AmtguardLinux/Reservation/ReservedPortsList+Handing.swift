import Glibc
public import SystemPackage

// From the privileged step to the guard. In a sandbox with its own mount of procfs the same setting is another inode,
// so a write to the host's inode does not wake a watch on the other.

extension ReservedPortsList {
    /// Takes over a list that a privileged process opened. The kernel is asked what it is. Its name proves nothing: the
    /// step may have opened it through a mount of that file alone.
    ///
    /// The kernel checks at each write whether the writer may, so this gives the guard no additional right.
    /// The corresponding C functions are `fstatfs` and `fcntl`.
    /// - Throws: `invalidArgument` for another file, or one that is not open for writing. The descriptor is closed.
    public static func adopt(_ handed: consuming Descriptor) throws(Errno) -> ReservedPortsList {
        let number = handed.number
        let status = try valueOrErrno { fcntl(number, F_GETFL) }
        guard status & O_ACCMODE == O_RDWR else { throw .invalidArgument }
        try valueOrErrno { fcntl(number, F_SETFD, FD_CLOEXEC) }
        var list = try ReservedPortsList(file: handed, refusal: nil)
        guard try list.isKernels, (try? list.read()) != nil else { throw .invalidArgument }
        return list
    }
}
