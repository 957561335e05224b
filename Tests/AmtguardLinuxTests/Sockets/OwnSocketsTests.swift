import Glibc
import SystemPackage
import Testing

@testable import AmtguardLinux

@Suite struct `Our own sockets` {
    private static func socket() -> Descriptor {
        Descriptor(owning: FileDescriptor(rawValue: Glibc.socket(AF_INET, CInt(SOCK_DGRAM.rawValue), 0)))
    }

    private static func inode(_ descriptor: borrowing Descriptor) throws -> UInt32 {
        var status = stat()
        try #require(unsafe fstat(descriptor.number, &status) == 0)
        return UInt32(truncatingIfNeeded: status.st_ino)
    }

    @Test func `are known while they are open, however many were closed since`() throws {
        var own = OwnSockets()
        let held = Self.socket()
        let inode = try Self.inode(held)
        own.insert(held)
        for _ in 0..<2_000 {
            let passing = Self.socket()
            own.insert(passing)
            own.retire(passing)
        }
        #expect(own.contains(inode))
    }

    @Test func `are known for a while after they were closed`() throws {
        var own = OwnSockets()
        let passing = Self.socket()
        let inode = try Self.inode(passing)
        own.insert(passing)
        own.retire(passing)
        #expect(own.contains(inode))
        for _ in 0..<1_024 { own.retire(Self.socket()) }
        #expect(!own.contains(inode))
    }
}
