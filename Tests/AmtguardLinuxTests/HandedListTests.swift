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

    @Test func `is also found below a root, if the kernel's is mounted there`() throws {
        let tree = try TemporaryDirectory()
        try tree.file("proc/sys/net/ipv4/ip_local_reserved_ports", "1\n")
        let path = tree.path
        let found = try inPrivateNetwork {
            func reading(below path: FilePath?) throws -> PortSet? {
                var list = ReservedPortsList.mounted(below: try RootDirectory(path: path))
                try list?.add(PortSet(623...623))
                return try list?.read()
            }
            // The machine's own tree has the kernel's; this one has a file; without a tree none is looked for.
            return [try reading(below: "/"), try reading(below: FilePath(path)), try reading(below: nil)]
        }
        #expect(found == [PortSet(623...623), nil, nil])
        #expect(tree.bytes("proc/sys/net/ipv4/ip_local_reserved_ports") == Array("1\n".utf8))
    }
}
