public import SystemPackage

/// How many connections the kernel tracks.
public let conntrackCountPath: FilePath = "/proc/sys/net/netfilter/nf_conntrack_count"

/// The number of tracked connections in the caller's network namespace. Every user may read it, and reading it loads no
/// module.
///
/// - Throws: `noSuchFileOrDirectory` if the kernel tracks no connections: conntrack is not loaded. `badMessage` for text
///   that is no number.
func conntrackCount(_ path: FilePath = conntrackCountPath) throws(Errno) -> Int {
    let text = String(decoding: try RootDirectory().readFile(path, atMost: 64), as: UTF8.self)
    guard text.last == "\n", let count = Int(text.dropLast()), count >= 0 else { throw .badMessage }
    return count
}

/// Whether the kernel tracks any connection of this network namespace; false if conntrack is not loaded.
///
/// - Throws: `badMessage` for text that is no number.
func tracksConnections(_ path: FilePath = conntrackCountPath) throws(Errno) -> Bool {
    do throws(Errno) {
        return try conntrackCount(path) > 0
    } catch .noSuchFileOrDirectory {
        return false
    }
}
