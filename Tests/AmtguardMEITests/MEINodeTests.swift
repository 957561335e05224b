import AmtguardCore
import AmtguardLinux
import AmtguardMEI
import Foundation
import Glibc
import SystemPackage
import Testing

@Suite struct `A device node` {
    private func node(_ tree: Tree, isConfirmed: Bool = false) throws -> MEINode {
        MEINode("mei0", below: try RootDirectory(path: tree.root), isConfirmed: isConfirmed)
    }

    /// The error of opening; `nil` for success.
    private func failure(_ tree: Tree) throws -> LinkError? {
        var node = try node(tree, isConfirmed: true)
        defer { withExtendedLifetime(tree) {} }
        do throws(LinkError) {
            try node.open()
            return nil
        } catch {
            return error
        }
    }

    @Test func `takes one message at a call, and never waits longer than asked`() throws {
        let tree = try Tree()
        defer { withExtendedLifetime(tree) {} }
        var node = try node(tree)
        try node.open()
        let question = Question.amthi(.provisioningState)
        try node.write(question)
        #expect(try node.read(atMost: 5_120, within: .seconds(1)) == question.encoded)
        let start = Instant.now()
        #expect(throws: LinkError.silent) { try node.read(atMost: 5_120, within: .milliseconds(30)) }
        #expect((30...1_000).contains((Instant.now() - start).microseconds / 1_000))
        // A discarded message is not the next answer.
        try node.write(.amthi(.kvm))
        try node.write(.amthi(.webUI))
        node.discard()
        #expect(throws: LinkError.silent) { try node.read(atMost: 5_120, within: .milliseconds(1)) }
        node.close()
        node.close()
    }

    @Test func `that knows no connecting says ENOTTY`() throws {
        let tree = try Tree()
        defer { withExtendedLifetime(tree) {} }
        var node = try node(tree)
        try node.open()
        #expect(throws: LinkError.errno(.inappropriateIOCTLForDevice)) { try node.connect(to: .amthi) }
    }

    @Test func `must be a character device`() throws {
        #expect(try failure(try Tree()) == .otherNode("/dev/mei0 is no character device"))
        let tree = try Tree()
        try tree.node { _ in }
        #expect(try failure(tree) == .errno(.noSuchFileOrDirectory))
        try tree.file("dev/mei0", "")
        #expect(try failure(tree) == .otherNode("/dev/mei0 is no character device"))
        try tree.node { try FileManager.default.createSymbolicLink(atPath: $0, withDestinationPath: "/dev/null") }
        #expect(try failure(tree) == .errno(.tooManySymbolicLinkLevels))
    }

    @Test(
        .enabled(if: getuid() == 0, "makes a device node, which needs root"),
        arguments: [
            ("1:3\n", nil), ("1:5\n", .otherNode("/dev/mei0 is device 1:3, and /sys says 1:5")),
            ("", .otherNode("/dev/mei0 is device 1:3, and /sys says ")),
        ] as [(String, LinkError?)])
    func `must have the number that /sys says`(number: String, error: LinkError?) throws {
        let tree = try Tree(number: number)
        // The device number of /dev/null: writes to it are harmless.
        try tree.node { _ = unsafe mknod($0, S_IFCHR | 0o600, UInt(1 << 8 | 3)) }
        #expect(try failure(tree) == error)
    }

    @Test func `is asked below a root as it lies there`() throws {
        let tree = try Tree()
        let (answer, devices) = try withExtendedLifetime(tree) { try FirmwareQuestions(root: tree.root).ask() }
        // A FIFO has no client to connect to.
        #expect(answer.amthi == .known(.notOffered))
        #expect(answer.device == .known("mei0"))
        #expect(answer.firmwareVersion == .known("16.1.25.2124"))
        #expect(devices.count == 1)
        #expect(devices[0]["kind"] == "mei" && devices[0]["parent"] == "0000:00:16.0")
        #expect(devices[0].events.count == 6, "opened and refused by three clients")
    }

    @Test func `that is missing has its own line`() throws {
        let tree = try Tree()
        try tree.node { _ in }
        let answer = try withExtendedLifetime(tree) { try FirmwareQuestions(root: tree.root).ask().answer }
        #expect(answer.outcome == .failed("the device node does not exist"))
        #expect(throws: Errno.noSuchFileOrDirectory) { try FirmwareQuestions(root: "/nowhere/at/all").ask() }
    }
}
