import Glibc
public import SystemPackage

/// A file descriptor that has one owner and is closed with it.
///
/// Any code may copy a `FileDescriptor`, which is only a number; only this value closes it.
public struct Descriptor: ~Copyable {
    /// The number, for calls; it stays valid as long as this value lives.
    public let fileDescriptor: FileDescriptor

    /// Takes over `fileDescriptor`: no other code may close it.
    public init(owning fileDescriptor: FileDescriptor) {
        self.fileDescriptor = fileDescriptor
    }

    /// Takes over the result of a C function.
    init(owning number: CInt) {
        self.init(owning: FileDescriptor(rawValue: number))
    }

    /// The corresponding C function is `close`.
    deinit {
        // Linux frees the number whatever `close` returns. Only EBADF means that other code closed the descriptor.
        let isClosed = close(fileDescriptor.rawValue) == 0
        precondition(
            isClosed || errno != EBADF, "descriptor \(fileDescriptor.rawValue) was closed by other code")
    }

    /// Returns the descriptor without closing it.
    public consuming func release() -> FileDescriptor {
        let fileDescriptor = fileDescriptor
        discard self
        return fileDescriptor
    }

    var number: CInt { fileDescriptor.rawValue }
}

/// Makes a system call, and repeats it if a signal interrupted it.
///
/// - Throws: The `errno` after -1. EBADF and EFAULT are our bugs and trap.
@discardableResult
func valueOrErrno<Value: SignedInteger>(_ call: () -> Value) throws(Errno) -> Value {
    while true {
        let value = call()
        guard value == -1 else { return value }
        let code = errno
        precondition(code != EBADF && code != EFAULT, "a system call with a bad descriptor or address: errno \(code)")
        guard code == EINTR else { throw Errno(rawValue: code) }
    }
}
