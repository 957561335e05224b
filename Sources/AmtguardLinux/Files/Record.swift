import Glibc
public import SystemPackage

/// A small file that stays open and is rewritten in place, for what must be recorded *before* something is done.
///
/// A new file and a rename take some 10 µs; one write into an existing page takes about one. tmpfs checks no signals
/// while it copies within one page, so after a kill the file has either the old text or the new one. To guarantee this,
/// the text stays within one page, and a shorter text is padded with newlines to the end of the block.
public struct Record: ~Copyable {
    /// The longest text: one page.
    public static let limit = 4_096
    private static let block = 512

    let file: Descriptor
    /// The length of the file: this much must be overwritten, or the end of an older text remains.
    private var length: Int

    fileprivate init(_ file: consuming Descriptor, length: Int) {
        self.file = file
        self.length = length
    }

    /// Replaces the former text by `text`.
    ///
    /// The corresponding C function is `pwrite`, at position 0.
    /// - Throws: `fileTooLarge` for more than one page. Then, and if the write fails, the former text remains.
    public mutating func write(_ text: String) throws(Errno) {
        guard text.utf8.count <= Self.limit else { throw .fileTooLarge }
        var bytes = Array(text.utf8)
        let blocks = max(1, (bytes.count + Self.block - 1) / Self.block)
        let padded = max(blocks * Self.block, min(length, Self.limit))
        bytes.append(contentsOf: repeatElement(UInt8(ascii: "\n"), count: padded - bytes.count))
        try file.write(bytes, at: 0)
        if length > Self.limit { try valueOrErrno { ftruncate(file.number, off_t(padded)) } }
        length = padded
    }

    /// The text, without the newlines at its end.
    ///
    /// The corresponding C function is `pread`.
    /// - Throws: `fileTooLarge` for a file that is too long for a record.
    public borrowing func read() throws(Errno) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Self.limit + 1)
        let count = try valueOrErrno {
            unsafe bytes.withUnsafeMutableBytes { unsafe pread(file.number, $0.baseAddress, $0.count, 0) }
        }
        guard count <= Self.limit else { throw .fileTooLarge }
        let text = bytes[..<count]
        let end = text.lastIndex { $0 != UInt8(ascii: "\n") }
        return Array(text[..<(end.map { $0 + 1 } ?? 0)])
    }
}

extension RuntimeDirectory {
    /// Opens the record `name`; creates an empty one if it is missing and `creating` is true. Creating reserves its
    /// page, so that a full file system is detected here and not during a repair.
    ///
    /// - Throws: `tooManySymbolicLinkLevels` for a link, `notPermitted` for a file with two names, or of another user
    ///   than this one, root, or the directory's owner.
    public borrowing func openRecord(_ name: String, creating: Bool = true) throws(Errno) -> Record {
        let file = try open(name, O_RDWR | (creating ? O_CREAT : 0), mode: 0o644)
        try file.requireRegularFile()
        let status = try file.status()
        let owners = [geteuid(), 0, try directory.status().st_uid]
        guard status.st_nlink == 1, owners.contains(status.st_uid) else { throw .notPermitted }
        // Every user may see that the record is held (`isHeld`), but only root may query the lock itself, whatever the
        // daemon's umask. A read lock does not block other read locks, in either direction.
        if status.st_uid == geteuid() { try valueOrErrno { fchmod(file.number, 0o644) } }
        try file.lockForReading()
        let length = Int(status.st_size)
        var record = Record(file, length: length)
        if length == 0 { try record.write("") }
        return record
    }
}
