import SystemPackage

/// The number of tracked connections in the caller's network namespace. Every user may read it, and reading it loads no
/// module.
///
/// - Throws: `noSuchFileOrDirectory` if the kernel tracks no connections: conntrack is not loaded. `badMessage` for text
///   that is no number.
func conntrackCount(_ path: FilePath = "/proc/sys/net/netfilter/nf_conntrack_count") throws(Errno) -> Int {
    let text = String(decoding: try RootDirectory().readFile(path, atMost: 64), as: UTF8.self)
    guard text.last == "\n", let count = Int(text.dropLast()), count >= 0 else { throw .badMessage }
    return count
}
