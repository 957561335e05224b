import AmtguardCore
import Glibc
import SystemPackage

/// Finds the name and the unit of a process that wrote the list, before it is gone.
struct WriterLookup {
    var procfs: FilePath

    /// Names a process that an event told about.
    ///
    /// First the facts, then the proof: what `/proc/PID` held is believed only if the process of the event was not
    /// reaped by then, since only then its pid may be another's.
    func writer(_ pid: pid_t, confirmedBy pidfd: FileDescriptor) -> Writer {
        let root: RootDirectory
        do { root = try RootDirectory() } catch { return Writer(pid: pid) }
        let directory = procfs.appending("\(pid)")
        let command = try? root.readFile(directory.appending("comm"), atMost: 64)
        let groups = try? root.readFile(directory.appending("cgroup"), atMost: 16_384)
        // poll tells that a process ended, not that it was reaped; a signal 0 needs a permission, and a filter of
        // system calls answers with the same EPERM. The Pid: of the pidfd is -1 once the pid is free, for everybody.
        let confirmation = try? root.readFile(FilePath("/proc/self/fdinfo/\(pidfd.rawValue)"), atMost: 4_096)
        guard let confirmation, Self.pid(fdinfo: confirmation) == pid else { return Writer(pid: pid) }
        return Writer(
            pid: pid, command: command.flatMap(Self.command), unit: groups.flatMap(ControlGroup.unit(cgroup:)))
    }

    /// `/proc/PID/comm` without its newline, printable; `nil` where it is empty.
    static func command(_ bytes: [UInt8]) -> String? {
        let text = bytes.last == UInt8(ascii: "\n") ? bytes.dropLast() : bytes[...]
        return text.isEmpty ? nil : printable(text)
    }

    /// The line `Pid:` of a pidfd: -1 when the process was reaped.
    static func pid(fdinfo bytes: [UInt8]) -> pid_t? {
        for line in bytes.split(separator: UInt8(ascii: "\n")) where line.starts(with: "Pid:".utf8) {
            return pid_t(String(decoding: line.dropFirst(4).drop { $0 == 0x09 || $0 == 0x20 }, as: UTF8.self))
        }
        return nil
    }
}
