import CLinux
import Glibc
import SystemPackage

/// The sockets of this program, by inode. The name of a socket's owner would prove nothing.
public struct OwnSockets {
    private var inodes: Set<UInt32> = []
    /// The sockets that were added, in their order. Only the latest are remembered.
    private var added: [UInt32] = []
    private static let mostAdded = 1_024

    /// None yet.
    public init() {}

    /// The open sockets of this process. Descriptors that can't be examined are left out.
    public static var ofThisProcess: OwnSockets {
        var own = OwnSockets()
        for number in ((try? RootDirectory().names(in: "/proc/self/fd")) ?? []).compactMap({ CInt($0) }) {
            if let inode = socketInode(number) { own.inodes.insert(inode) }
        }
        return own
    }

    /// Adds a socket. It stays ours when it is closed here: the service manager may keep a copy for a moment.
    public mutating func insert(_ descriptor: borrowing Descriptor) {
        guard let inode = Self.socketInode(descriptor.number), inodes.insert(inode).inserted else { return }
        added.append(inode)
        if added.count > Self.mostAdded { inodes.remove(added.removeFirst()) }
    }

    func contains(_ inode: UInt32) -> Bool { inodes.contains(inode) }

    /// The corresponding C function is `fstat`.
    private static func socketInode(_ number: CInt) -> UInt32? {
        var status = stat()
        guard unsafe fstat(number, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else { return nil }
        return UInt32(truncatingIfNeeded: status.st_ino)
    }
}
