import AmtguardCore
import Glibc
import SystemPackage
import Testing

@testable import AmtguardLinux

/// Each test runs in a separate process, because the limit on descriptors applies to all threads.
@Suite("Readings without descriptors")
struct FailingReadingsTests {
    @Test func `/sys that can't be opened is unread, and not empty`() async {
        await #expect(processExitsWith: .success) {
            let tree = try TemporaryDirectory()
            try tree.file("sys/bus/pci/devices/0000:00:16.0/vendor", "0x8086\n")
            try tree.file("sys/bus/pci/devices/0000:00:16.0/class", "0x078000\n")
            try tree.file("sys/class/mei/mei0/kind", "mei\n")
            try tree.directory("sys/bus/mei/devices")
            try tree.file("sys/class/ipmi/ipmi0/dev", "x")
            let root = try RootDirectory(path: FilePath(tree.path))
            #expect(readPresence(in: root).failures == [:])
            #expect(readPresence(in: root).controllers == ["ipmi0"])

            var limit = rlimit()
            try #require(unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
            var none = limit
            none.rlim_cur = 3
            try #require(unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &none) == 0)
            let presence = readPresence(in: root)
            try #require(unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
            #expect(presence.failures == [.pci: .noDescriptor, .devices: .noDescriptor, .clients: .noDescriptor])
            #expect(presence.pciFunctions == nil)
            #expect(presence.controllers == nil)
        }
    }

    @Test func `a part of /sys that can't be read is named, and the rest is read`() throws {
        let tree = try TemporaryDirectory()
        try tree.file("sys/bus/pci/devices/0000:00:1f.6/vendor", "0x8086\n")
        try tree.directory("sys/class/mei/mei0/kind")
        tree.fifo("sys/bus/mei/devices")
        let presence = readPresence(in: try RootDirectory(path: FilePath(tree.path)))
        #expect(presence.pciFunctions == 1)
        #expect(presence.devices.map(\.name) == ["mei0"])
        #expect(presence.failures[.pci] == nil)
        #expect(presence.failures[.devices] == .failed("Is a directory"))
        // A file in place of the directory counts as missing.
        #expect(presence.failures[.clients] == nil)
    }

    @Test func `the device of an IPMI driver that is not loaded stands for a controller`() throws {
        let tree = try TemporaryDirectory()
        for name in ["IPI0001:00", "dmi-ipmi-si.0", "serial8250"] {
            try tree.directory("sys/bus/platform/devices/\(name)")
        }
        let presence = readPresence(in: try RootDirectory(path: FilePath(tree.path)))
        #expect(presence.controllers == ["IPI0001:00", "dmi-ipmi-si.0"])
    }
}

@Suite struct `An errno` {
    @Test(arguments: [
        (Errno.tooManyOpenFiles, true), (.tooManyOpenFilesInSystem, true), (.noMemory, true), (.noLocks, true),
        (.ioError, true), (.resourceTemporarilyUnavailable, true), (.noSuchFileOrDirectory, false),
        (.permissionDenied, false), (.isDirectory, false),
    ])
    func `may pass if it says nothing about the object`(_ error: Errno, mayPass: Bool) {
        #expect(error.mayPass == mayPass)
    }
}
