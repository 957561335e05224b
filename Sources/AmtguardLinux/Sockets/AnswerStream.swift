import CLinux
import Glibc
public import SystemPackage

/// What a server on a Unix socket sends of itself until it closes: nothing here ever waits for it.
public struct AnswerStream: ~Copyable {
    /// How far it is.
    public enum Progress: Hashable, Sendable {
        /// More is to come.
        case open
        /// The other side has closed.
        case ended
        /// More came than was to be taken.
        case tooLong
    }

    private let socket: Descriptor
    private let limit: Int
    /// What came so far, `limit` bytes at most.
    public private(set) var bytes: [UInt8] = []

    private static let partLength = 16_384

    /// Connects to the socket at `path`, whose answer has `limit` bytes at most.
    ///
    /// By way of a descriptor of the socket: it is looked up below the root, and no path is too long.
    /// The corresponding C functions are `open` with O_PATH, and `connect` to `/proc/self/fd/N`.
    /// - Throws: `noSuchFileOrDirectory` where it is not there, `connectionRefused` where nobody listens,
    ///   `resourceTemporarilyUnavailable` where too many wait already, `permissionDenied`.
    public init(connectingTo path: FilePath, in root: borrowing RootDirectory, atMost limit: Int) throws(Errno) {
        let name = try root.open(path, flags: O_PATH)
        let type = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let opened = Descriptor(owning: try valueOrErrno { Glibc.socket(AF_UNIX, type, 0) })
        try Self.connect(opened, to: "/proc/self/fd/\(name.number)")
        socket = opened
        self.limit = limit
    }

    private static func connect(_ socket: borrowing Descriptor, to path: String) throws(Errno) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
        let number = socket.number
        let length = socklen_t(MemoryLayout<sockaddr_un>.size)
        try valueOrErrno {
            unsafe withUnsafePointer(to: address) {
                unsafe Glibc.connect(number, __CONST_SOCKADDR_ARG(__sockaddr_un__: $0), length)
            }
        }
    }

    /// What becomes readable; it stays good as long as this value lives.
    public var descriptor: FileDescriptor { socket.fileDescriptor }

    /// Takes what is there, up to the limit. The corresponding C function is `read`.
    ///
    /// - Throws: `connectionReset` and the like where the other side was ended.
    public mutating func take() throws(Errno) -> Progress {
        var part = [UInt8](repeating: 0, count: Self.partLength)
        let number = socket.number
        // One byte beyond the limit shows that there is more than it.
        while bytes.count <= limit {
            let wanted = min(part.count, limit + 1 - bytes.count)
            let count: Int
            do {
                count = try valueOrErrno { unsafe read(number, &part, wanted) }
            } catch .resourceTemporarilyUnavailable {
                return .open
            }
            guard count > 0 else { return .ended }
            bytes += part[..<count]
        }
        bytes.removeLast()
        return .tooLong
    }
}
