import AmtguardCore
import Glibc
import SystemPackage
import Testing

@testable import AmtguardLinux

@Suite(.enabled(if: isRoot, needsRoot))
struct `A list that was handed over` {
    private static func open(_ path: FilePath, _ mode: FileDescriptor.AccessMode) throws -> Descriptor {
        try RootDirectory().open(path, mode)
    }

    @Test func `is read and written like one's own`() throws {
        let ports = try inPrivateNetwork {
            var list = try ReservedPortsList.adopt(Self.open(ReservedPortsList.path, .readWrite))
            try list.add(PortSet(623...623))
            var own = try ReservedPortsList()
            return [try list.read(), try own.read()]
        }
        #expect(ports == [PortSet(623...623), PortSet(623...623)])
    }

    /// A list that can't be written, and files that are no list, of the kernel or on a disk.
    @Test(arguments: [
        (ReservedPortsList.path, FileDescriptor.AccessMode.readOnly),
        ("/proc/sys/net/ipv4/ip_local_port_range", .readWrite),
        ("/dev/null", .readWrite), ("/proc/self/comm", .readWrite),
    ])
    func `is refused if it is another file, or read-only`(path: FilePath, mode: FileDescriptor.AccessMode) throws {
        _ = try inPrivateNetwork {
            #expect(throws: Errno.invalidArgument) { _ = try ReservedPortsList.adopt(Self.open(path, mode)) }
        }
    }
}
