import Glibc
public import SystemPackage

extension RootDirectory {
    /// The names in a directory, sorted by bytes, without `.` and `..`.
    ///
    /// The corresponding C functions are `fdopendir` and `readdir`.
    /// - Throws: `fileTooLarge` if there are more than `limit` names.
    public borrowing func names(in directory: FilePath, atMost limit: Int = 4_096) throws(Errno) -> [String] {
        let opened = try open(directory, flags: O_RDONLY | O_DIRECTORY | O_NONBLOCK)
        guard let stream = unsafe fdopendir(opened.number) else { throw Errno(rawValue: errno) }
        _ = opened.release()  // The stream closes it.
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = unsafe readdir(stream) else { break }
            // d_name is declared with 256 bytes, but the entry ends with the name: copying the field reads too far.
            guard let offset = MemoryLayout<dirent>.offset(of: \.d_name) else { break }
            let name = unsafe String(
                cString: (UnsafeRawPointer(entry) + offset).assumingMemoryBound(to: CChar.self))
            guard name != ".", name != ".." else { continue }
            names.append(name)
            guard names.count <= limit else { throw .fileTooLarge }
        }
        guard errno == 0 else { throw Errno(rawValue: errno) }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}
