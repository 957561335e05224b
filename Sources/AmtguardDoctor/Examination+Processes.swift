/// The programs that run.
extension Examination {
    /// The names of the running programs that are among `wanted`, each once, sorted.
    ///
    /// A process may end during the search, and other users' processes may be hidden (`hidepid=`): the search skips
    /// what it can't read. The name is the kernel's, at most 15 bytes.
    ///
    /// - Parameter users: Whose programs count; `nil` for all users. Any user's program can set its own name.
    func running(_ wanted: Set<String>, byOneOf users: Set<String>? = nil) -> [String] {
        var found: Set<String> = []
        // Read at the first use.
        var identifiers: Set<Substring>?
        for pid in names(in: "/proc") where pid.first?.isNumber == true {
            // This read does not count in the budget for files: the file has 16 bytes, and a machine has thousands of
            // processes.
            guard let bytes = try? machine.read("/proc/\(pid)/comm") else { continue }
            let name = String(decoding: bytes, as: UTF8.self).trimmed
            guard wanted.contains(name), !found.contains(name) else { continue }
            if let users {
                let those = identifiers ?? self.identifiers(of: users)
                identifiers = those
                guard let owner = owner(of: pid), those.contains(owner) else { continue }
            }
            found.insert(name)
        }
        return found.sorted()
    }

    /// The effective user of a process, as a number; `nil` if that can't be read.
    private func owner(of pid: String) -> Substring? {
        guard let bytes = try? machine.read("/proc/\(pid)/status") else { return nil }
        let line = SourceLine.lines(of: bytes, in: "").first { $0.text.hasPrefix("Uid:") }
        return line?.text.split(whereSeparator: \.isWhitespace).dropFirst(2).first
    }

    /// The numbers of these users in `/etc/passwd`. Root always has the number 0.
    private func identifiers(of users: Set<String>) -> Set<Substring> {
        var identifiers: Set<Substring> = users.contains("root") ? ["0"] : []
        for line in lines("/etc/passwd") {
            let words = line.text.split(separator: ":", omittingEmptySubsequences: false)
            guard words.count > 3, users.contains(String(words[0])) else { continue }
            identifiers.insert(words[2])
        }
        return identifiers
    }
}
