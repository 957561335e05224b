import AmtguardCore
import Glibc
import SystemPackage

/// The processes of control groups. Every user may list them and read their names, though not their open files.
struct GroupMembers {
    private var found: [FilePath: [(uid: UInt32, command: String)]] = [:]

    /// In a group with more processes the names say too little: any of them may have the socket.
    private static let most = 64

    /// The names of a user's processes in the group at `path`, each once; empty if they are unknown.
    ///
    /// The corresponding C function is `stat`: the owner of `/proc/PID` is the effective user.
    mutating func commands(of uid: UInt32, in path: FilePath) -> [String] {
        let members = found[path] ?? Self.members(of: path)
        found[path] = members
        return Set(members.filter { $0.uid == uid }.map(\.command)).sorted()
    }

    private static func members(of path: FilePath) -> [(uid: UInt32, command: String)] {
        guard let root = try? RootDirectory(),
            let text = try? root.readFile(path.appending("cgroup.procs"), atMost: 4_096)
        else { return [] }
        let pids = text.split(separator: UInt8(ascii: "\n")).compactMap { Int32(String(decoding: $0, as: UTF8.self)) }
        guard pids.count <= most else { return [] }
        return pids.compactMap { pid in
            guard pid > 0, let uid = owner(of: pid), let command = command(of: pid, below: "/proc") else { return nil }
            return (uid, printable(command.utf8))
        }
    }

    private static func owner(of pid: Int32) -> UInt32? {
        var status = stat()
        return unsafe stat("/proc/\(pid)", &status) == 0 ? status.st_uid : nil
    }
}
