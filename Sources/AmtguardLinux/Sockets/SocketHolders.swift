// Which process has a socket. The kernel does not report this for a socket, so the open files of all processes are
// searched. Root sees those of all users, any other user only their own.

import CLinux
import Glibc
public import SystemPackage

/// A process that has a socket open.
public struct SocketHolder: Hashable, Sendable {
    public var pid: Int32
    /// `/proc/PID/comm`: foreign text.
    public var command: String?
}

/// Finds the holders of these sockets, one for each, by inode.
///
/// A process with few open files comes first: a server with a hundred thousand connections is seldom the holder. At
/// most half a million links are read.
public func holders(of inodes: Set<UInt32>, below proc: FilePath = "/proc") -> [UInt32: SocketHolder] {
    guard !inodes.isEmpty, let root = try? RootDirectory(),
        let names = try? root.names(in: proc, atMost: mostProcesses)
    else { return [:] }
    var processes: [(pid: Int32, path: FilePath, files: Int)] = []
    for pid in names.compactMap({ Int32($0) }) {
        let path = proc.appending("\(pid)").appending("fd")
        // Since Linux 6.2 the size of the directory is the number of open files; before, it is 0.
        guard let files = numberOfFiles(path) else { continue }
        processes.append((pid, path, files))
    }
    var missing = inodes
    var found: [UInt32: SocketHolder] = [:]
    var budget = mostLinks
    for process in processes.sorted(by: { ($0.files, $0.pid) < ($1.files, $1.pid) }) where !missing.isEmpty {
        guard let numbers = try? root.names(in: process.path, atMost: budget) else { continue }
        for number in numbers where !missing.isEmpty {
            guard budget > 0 else { return found }
            budget -= 1
            guard let inode = socketInode(process.path.appending(number)), missing.remove(inode) != nil else {
                continue
            }
            found[inode] = SocketHolder(pid: process.pid, command: command(of: process.pid, below: proc))
        }
    }
    return found
}

private let mostProcesses = 131_072
private let mostLinks = 524_288

private func numberOfFiles(_ directory: FilePath) -> Int? {
    var status = stat()
    let result = unsafe directory.withPlatformString { unsafe stat($0, &status) }
    return result == 0 ? Int(status.st_size) : nil
}

/// The number in `socket:[4711]`. The corresponding C function is `readlink`.
private func socketInode(_ link: FilePath) -> UInt32? {
    var buffer = [UInt8](repeating: 0, count: 32)
    let count = unsafe link.withPlatformString { path in
        unsafe buffer.withUnsafeMutableBytes { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { text in
                unsafe text.baseAddress.map { unsafe readlink(path, $0, text.count) } ?? -1
            }
        }
    }
    let prefix = Array("socket:[".utf8)
    guard count > prefix.count, count < buffer.count, buffer.starts(with: prefix) else { return nil }
    return UInt32(String(decoding: buffer[prefix.count..<(count - 1)], as: UTF8.self))
}

/// The name of a process, foreign text; `nil` if it has ended.
func command(of pid: Int32, below proc: FilePath) -> String? {
    guard let bytes = try? RootDirectory().readFile(proc.appending("\(pid)").appending("comm"), atMost: 64) else {
        return nil
    }
    return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
}
