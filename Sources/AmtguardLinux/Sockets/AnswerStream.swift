import CLinux
import Glibc
public import SystemPackage

/// The bytes that a server on a Unix socket sends until it closes, without a request. This code never blocks.
public struct AnswerStream: ~Copyable {
    /// The progress of the answer.
    public enum Progress: Hashable, Sendable {
        /// More bytes may come.
        case open
        /// The other side has closed.
        case ended
        /// More bytes came than allowed.
        case tooLong
        /// Descriptors came with the answer. Nothing more is read.
        case loaded
    }

    private let socket: DescriptorlessSocket
    private let limit: Int
    /// The bytes so far, at most `limit`.
    public private(set) var bytes: [UInt8] = []

    private static let partLength = 16_384

    /// Connects to the socket at `path`, whose answer has at most `limit` bytes.
    ///
    /// It connects through a descriptor of the socket's file. So the path is resolved below the root, and is never too
    /// long.
    /// The corresponding C functions are `open` with O_PATH, and `connect` to `/proc/self/fd/N`.
    /// - Throws: `noSuchFileOrDirectory` if it does not exist, `connectionRefused` if no server listens,
    ///   `resourceTemporarilyUnavailable` if too many wait already, `permissionDenied`.
    public init(connectingTo path: FilePath, in root: borrowing RootDirectory, atMost limit: Int) throws(Errno) {
        try self.init(connectingTo: path, in: root, atMost: limit, DescriptorlessSocket())
    }

    /// As `init(connectingTo:)`, on a socket that the caller created.
    init(
        connectingTo path: FilePath, in root: borrowing RootDirectory, atMost limit: Int,
        _ socket: consuming DescriptorlessSocket
    ) throws(Errno) {
        let name = try root.open(path, flags: O_PATH)
        try Self.connect(socket.number, to: "/proc/self/fd/\(name.number)")
        self.socket = socket
        self.limit = limit
    }

    private static func connect(_ number: CInt, to path: String) throws(Errno) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
        let length = socklen_t(MemoryLayout<sockaddr_un>.size)
        try valueOrErrno {
            unsafe withUnsafePointer(to: address) {
                unsafe Glibc.connect(number, __CONST_SOCKADDR_ARG(__sockaddr_un__: $0), length)
            }
        }
    }

    /// The descriptor that becomes readable; it stays valid as long as this value lives.
    public var descriptor: FileDescriptor { FileDescriptor(rawValue: socket.number) }

    /// Reads the available bytes, up to the limit.
    ///
    /// - Throws: `connectionReset` and the like if the other side ended abnormally.
    public mutating func take() throws(Errno) -> Progress {
        var part = [UInt8](repeating: 0, count: Self.partLength)
        // One byte beyond the limit shows that there is more than it.
        while bytes.count <= limit {
            let wanted = min(part.count, limit + 1 - bytes.count)
            switch try socket.read(into: &part, atMost: wanted) {
            case .bytes(0): return .ended
            case .bytes(let count): bytes += part[..<count]
            case .nothing: return .open
            case .descriptors: return .loaded
            }
        }
        bytes.removeLast()
        return .tooLong
    }

    /// Stops reading the answer.
    ///
    /// - Returns: Whether descriptors came with it. In that case a socket of this process stays open for good, so do
    ///   not ask that sender again.
    public func abandon() -> Bool { socket.dropsDescriptors() }
}
