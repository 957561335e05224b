/// The programs that run.
extension Examination {
    /// The names of the running programs that are among `wanted`, each once, sorted.
    ///
    /// A process may end while it is looked at, and others' may be hidden (`hidepid=`): what can't be read is passed
    /// over. The name is that of the kernel, at most 15 bytes.
    func running(_ wanted: Set<String>) -> [String] {
        var found: Set<String> = []
        for pid in names(in: "/proc") where pid.first?.isNumber == true {
            // Past the budget for files: these are 16 bytes each, and a machine has thousands of processes.
            guard let bytes = try? machine.read("/proc/\(pid)/comm") else { continue }
            let name = String(decoding: bytes, as: UTF8.self).trimmed
            if wanted.contains(name) { found.insert(name) }
        }
        return found.sorted()
    }
}
