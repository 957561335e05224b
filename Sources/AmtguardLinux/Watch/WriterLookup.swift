import AmtguardCore
import Glibc
import SystemPackage

/// Finds the name and the unit of a process that wrote the list, before it ends.
package struct WriterLookup {
    var procfs: FilePath

    /// Names the process of an event.
    ///
    /// It reads the facts first, then checks them: the content of `/proc/PID` is trusted only if the process of the
    /// event was not reaped by then, because later its pid may belong to another process.
    func writer(_ pid: pid_t, confirmedBy pidfd: FileDescriptor) -> Writer {
        let directory = procfs.appending("\(pid)")
        let command = try? Self.read(directory.appending("comm"), atMost: 64)
        let groups = try? Self.read(directory.appending("cgroup"), atMost: 4_096)
        // poll shows that a process ended, not that it was reaped. A signal 0 needs a permission, and a seccomp filter
        // answers with the same EPERM. Every process can read the Pid: of the pidfd, which is -1 once the pid is free.
        let confirmation = try? Self.read(FilePath("/proc/self/fdinfo/\(pidfd.rawValue)"), atMost: 1_024)
        guard let confirmation, Self.pid(fdinfo: confirmation) == pid else { return Writer(pid: pid) }
        return Writer(
            pid: pid, command: command.flatMap(Self.command), unit: groups.flatMap(ControlGroup.unit(cgroup:)))
    }

    /// The content of a file of `/proc` from one call, which returns such a short file completely. The writer may be
    /// waiting for this very processor, and may end in a moment.
    private static func read(_ path: FilePath, atMost limit: Int) throws(Errno) -> [UInt8] {
        let file = Descriptor(
            owning: try valueOrErrno {
                unsafe path.withPlatformString { unsafe open($0, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK) }
            })
        var bytes = [UInt8](repeating: 0, count: limit)
        let count = try valueOrErrno {
            unsafe bytes.withUnsafeMutableBytes { unsafe Glibc.read(file.number, $0.baseAddress, $0.count) }
        }
        return Array(bytes[..<count])
    }

    /// `/proc/PID/comm` without its newline, printable; `nil` if it is empty.
    package static func command(_ bytes: [UInt8]) -> String? {
        let text = bytes.last == UInt8(ascii: "\n") ? bytes.dropLast() : bytes[...]
        return text.isEmpty ? nil : printable(text)
    }

    /// The line `Pid:` of a pidfd: -1 after the process was reaped.
    static func pid(fdinfo bytes: [UInt8]) -> pid_t? {
        for line in bytes.split(separator: UInt8(ascii: "\n")) where line.starts(with: "Pid:".utf8) {
            return pid_t(String(decoding: line.dropFirst(4).drop { $0 == 0x09 || $0 == 0x20 }, as: UTF8.self))
        }
        return nil
    }
}
