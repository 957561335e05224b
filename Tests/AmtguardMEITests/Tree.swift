import AmtguardLinux
import Foundation
import Glibc
import SystemPackage

/// A tree below /tmp for `--root`, deleted with its owner.
final class Tree {
    let path = FileManager.default.temporaryDirectory.path + "/amtguard-mei-\(UUID().uuidString)"

    /// `/sys` and `/dev` of a machine with one CSME, `mei0`, whose node is a FIFO: written bytes can be read again.
    init(number: String = "235:0\n") throws {
        try file("sys/bus/pci/devices/0000:00:16.0/vendor", "0x8086\n")
        try file("sys/bus/pci/devices/0000:00:16.0/class", "0x078000\n")
        try file("sys/class/mei/mei0/kind", "mei\n")
        try file("sys/class/mei/mei0/dev_state", "ENABLED")
        try file("sys/class/mei/mei0/fw_ver", "0:16.1.25.2124\n")
        try file("sys/class/mei/mei0/dev", number)
        try FileManager.default.createSymbolicLink(
            atPath: path + "/sys/class/mei/mei0/device", withDestinationPath: "../../../0000:00:16.0")
        try FileManager.default.createDirectory(atPath: path + "/dev", withIntermediateDirectories: true)
        _ = unsafe mkfifo(path + "/dev/mei0", 0o600)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var root: FilePath { FilePath(path) }

    func file(_ name: String, _ content: String) throws {
        let url = URL(filePath: path + "/" + name)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(content.utf8).write(to: url)
    }

    /// Replaces the FIFO by another node.
    func node(_ make: (String) throws -> Void) throws {
        try FileManager.default.removeItem(atPath: path + "/dev/mei0")
        try make(path + "/dev/mei0")
    }
}

/// Files below /tmp that are deleted with their owner.
final class Scratch {
    private let path = FileManager.default.temporaryDirectory.path + "/amtguard-mei-\(UUID().uuidString)"
    private var count = 0

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func newFile(_ name: String) throws -> String {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        count += 1
        return "\(path)/\(name)-\(count)"
    }
}
