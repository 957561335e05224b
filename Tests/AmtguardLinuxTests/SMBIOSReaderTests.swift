import AmtguardCore
import Glibc
import SystemPackage
import Testing

@testable import AmtguardLinux

@Suite("SMBIOS of the kernel, and what is handed over")
struct SMBIOSReaderTests {
    private static let amt: [UInt8] = [
        0x82, 0x14, 0x11, 0x00, 0x24, 0x41, 0x4D, 0x54, 0x01, 0x01, 0x01, 0x01, 0x01, 0xA5, 0x1F, 0x02, 0x00, 0x00,
        0x00, 0x00, 0, 0,
    ]
    private static let vPro =
        [0x83, 0x40, 0x32, 0x00] + [UInt8](repeating: 0, count: 0x34) + Array("vPro".utf8) + [0, 0, 0, 0] + [0, 0]
    private static let board: [UInt8] = [0x02, 0x05, 0x02, 0x00, 1] + Array("Maker\0\0".utf8)
    private static let end: [UInt8] = [0x7F, 0x04, 0xFF, 0xFE, 0, 0]

    private func read(_ tree: TemporaryDirectory) throws -> [UInt8] {
        try readSMBIOS(in: RootDirectory(path: FilePath(tree.path)))
    }

    @Test func `the entries are read, each type and each instance`() throws {
        let tree = try TemporaryDirectory()
        for (entry, raw) in [
            ("130-0", Self.amt), ("131-0", Self.vPro), ("130-1", Self.amt), ("2-0", Self.board), ("13-0", Self.amt),
            // A structure of another type than its name says, and one that is cut short.
            ("131-1", Self.board), ("130-2", Array(Self.amt.dropLast())),
        ] {
            try tree.file("sys/firmware/dmi/entries/\(entry)/raw", raw)
        }
        // The entries are enough.
        try tree.file("sys/firmware/dmi/tables/DMI", [UInt8]())
        #expect(try read(tree) == Self.amt + Self.amt + Self.vPro)
    }

    @Test func `without entries the table is walked`() throws {
        let tree = try TemporaryDirectory()
        try tree.file("sys/firmware/dmi/tables/DMI", Self.board + Self.vPro + Self.amt + Self.end + Self.amt)
        #expect(try read(tree) == Self.vPro + Self.amt)
    }

    @Test func `a machine without these structures has none, and one without SMBIOS says so`() throws {
        let tree = try TemporaryDirectory()
        #expect(throws: Errno.noSuchFileOrDirectory) { try read(tree) }
        try tree.file("sys/firmware/dmi/tables/DMI", Self.board + Self.end)
        #expect(try read(tree).isEmpty)
        try tree.file("sys/firmware/dmi/entries/2-0/raw", Self.board)
        #expect(try read(tree).isEmpty)
    }

    @Test(.timeLimit(.minutes(1)))
    func `bytes that are not a table are refused`() throws {
        let long = try TemporaryDirectory()
        try long.file("sys/firmware/dmi/tables/DMI", [UInt8](repeating: 0, count: 2 << 20))
        #expect(throws: Errno.fileTooLarge) { try read(long) }
        let fifo = try TemporaryDirectory()
        try fifo.directory("sys/firmware/dmi/entries/130-0")
        fifo.fifo("sys/firmware/dmi/entries/130-0/raw")
        #expect(throws: Errno.invalidArgument) { try read(fifo) }
        let many = try TemporaryDirectory()
        for index in 0..<100 {
            let filler = [0x82, 0x04, 0, 0] + [UInt8](repeating: 0x41, count: 1_000) + [0, 0]
            try many.file("sys/firmware/dmi/entries/130-\(index)/raw", filler)
        }
        #expect(throws: Errno.fileTooLarge) { try read(many) }
    }

    @Test func `sealed memory comes back as it was, and no process can change it`() throws {
        for bytes in [[], Self.amt + Self.vPro, [UInt8](repeating: 7, count: 16_384)] as [[UInt8]] {
            let memory = try sealedMemory(of: bytes)
            #expect(try readSealed(memory, atMost: 16_384) == bytes)
            // It reads from the start, even if another process moved the shared position.
            lseek(memory.number, 5, SEEK_SET)
            #expect(try readSealed(memory, atMost: 16_384) == bytes)
            #expect(unsafe pwrite(memory.number, "x", 1, 0) == -1 && errno == EPERM)
            #expect(ftruncate(memory.number, 1 << 20) == -1 && errno == EPERM)
            #expect(bytes.isEmpty || (ftruncate(memory.number, 0) == -1 && errno == EPERM))
            #expect(fcntl(memory.number, F_ADD_SEALS, F_SEAL_WRITE) == -1 && errno == EPERM)
            #expect(fcntl(memory.number, F_GETFD) & FD_CLOEXEC != 0)
        }
    }

    @Test func `what is not sealed, or too long, is refused`() throws {
        let memory = try sealedMemory(of: Self.amt)
        #expect(throws: Errno.fileTooLarge) { try readSealed(memory, atMost: Self.amt.count - 1) }
        let all = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE
        for missing in [F_SEAL_SEAL, F_SEAL_SHRINK, F_SEAL_GROW, F_SEAL_WRITE, all] {
            let open = Descriptor(owning: unsafe memfd_create("test", UInt32(MFD_ALLOW_SEALING)))
            #expect(fcntl(open.number, F_ADD_SEALS, all & ~missing) == 0)
            #expect(throws: Errno.invalidArgument) { try readSealed(open, atMost: 100) }
        }
        let tree = try TemporaryDirectory()
        let path = try tree.file("blob", Self.amt)
        for path in [path, "/dev/null", "/", "/proc/self/stat"] {
            let file = try RootDirectory().open(FilePath(path))
            #expect(throws: Errno.invalidArgument) { try readSealed(file, atMost: 100) }
        }
    }
}
