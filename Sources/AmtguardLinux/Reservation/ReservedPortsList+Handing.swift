import Glibc
public import SystemPackage

// From the privileged step to the guard: in a sandbox with a mount of procfs of its own the same setting is another
// inode, and what is written to the host's wakes nobody who watches that.

extension ReservedPortsList {
    /// Takes over a list that a privileged process opened; what it is, the kernel is asked. Its name can't be: the step
    /// may have opened it through a mount of that file alone.
    ///
    /// The kernel asks at each write whether the writer may, so this gives no right that the guard has not.
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
