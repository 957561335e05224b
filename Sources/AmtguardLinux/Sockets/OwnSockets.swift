import CLinux
import Glibc
import SystemPackage

/// Sockets that are this program's, by inode: an owner of the same name says nothing.
public struct OwnSockets {
    private var inodes: Set<UInt32> = []
    /// Those that were added, in their order: so many are remembered.
    private var added: [UInt32] = []
    private static let mostAdded = 1_024

    /// None yet.
    public init() {}

    /// Those of this process, by its own descriptors; what can't be looked at is not among them.
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
