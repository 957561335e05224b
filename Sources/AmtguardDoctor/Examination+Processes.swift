/// The programs that run.
extension Examination {
    /// The names of the running programs that are among `wanted`, each once, sorted.
    ///
    /// A process may end while it is looked at, and others' may be hidden (`hidepid=`): what can't be read is passed
    /// over. The name is that of the kernel, at most 15 bytes.
    ///
    /// - Parameter users: Whose programs count; `nil` for everybody's. Any user's program can give itself any name.
    func running(_ wanted: Set<String>, byOneOf users: Set<String>? = nil) -> [String] {
        var found: Set<String> = []
        // Read when it is needed first.
        var identifiers: Set<Substring>?
        for pid in names(in: "/proc") where pid.first?.isNumber == true {
            // Past the budget for files: these are 16 bytes each, and a machine has thousands of processes.
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

    /// The numbers of these users in `/etc/passwd`. Root has the number 0 in any case.
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
