/// Why something could not be read. It does not say whether the thing exists.
public enum ReadingFailure: Error, Hashable, Sendable {
    /// The kernel does not have it, or does not show it here.
    case missing
    /// The process or the machine has no file descriptor left.
    case noDescriptor
    /// Anything else, in the words of the C library.
    case failed(String)

    /// The cause, for people.
    public var says: String {
        switch self {
        case .missing: "the kernel does not show it here"
        case .noDescriptor: "there are no file descriptors left"
        case .failed(let error): error
        }
    }

    /// What to do about it; `nil` if that depends on the cause.
    public var advice: String? {
        switch self {
        case .missing, .failed: nil
        case .noDescriptor: "Raise LimitNOFILE= of the unit, or fs.file-max."
        }
    }
}
