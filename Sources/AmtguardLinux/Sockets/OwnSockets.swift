import CLinux
import Glibc
import SystemPackage

/// The sockets of this program, by inode. A process name proves nothing.
public struct OwnSockets {
    private var open: Set<UInt32> = []
    /// The sockets that this process closed last. The service manager may keep a copy of one for a moment.
    private var closed: [UInt32] = []
    private static let mostClosed = 1_024

    /// An empty set.
    public init() {}

    /// The open sockets of this process. Descriptors that can't be examined are left out.
    public static var ofThisProcess: OwnSockets {
        var own = OwnSockets()
        for number in ((try? RootDirectory().names(in: "/proc/self/fd")) ?? []).compactMap({ CInt($0) }) {
            if let inode = socketInode(number) { own.open.insert(inode) }
        }
        return own
    }

    /// Adds a socket.
    public mutating func insert(_ descriptor: borrowing Descriptor) {
        if let inode = Self.socketInode(descriptor.number) { open.insert(inode) }
    }

    /// Notes that a socket is about to be closed.
    public mutating func retire(_ descriptor: borrowing Descriptor) {
        guard let inode = Self.socketInode(descriptor.number) else { return }
        open.remove(inode)
        closed.append(inode)
        if closed.count > Self.mostClosed { closed.removeFirst() }
    }

    func contains(_ inode: UInt32) -> Bool { open.contains(inode) || closed.contains(inode) }

    /// The corresponding C function is `fstat`.
    private static func socketInode(_ number: CInt) -> UInt32? {
        var status = stat()
        guard unsafe fstat(number, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else { return nil }
        return UInt32(truncatingIfNeeded: status.st_ino)
    }
}
