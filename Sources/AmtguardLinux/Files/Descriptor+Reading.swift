// Bounded reads of files that another program may have created.

import Glibc
import SystemPackage

extension Descriptor {
    /// The type and metadata of the file. The corresponding C function is `fstat`.
    func status() throws(Errno) -> stat {
        var status = stat()
        try valueOrErrno { unsafe fstat(number, &status) }
        return status
    }

    /// - Throws: `isDirectory` for a directory, `invalidArgument` for a FIFO, a socket or a device.
    func requireRegularFile() throws(Errno) {
        let kind = try status().st_mode & S_IFMT
        if kind == S_IFDIR { throw .isDirectory }
        if kind != S_IFREG { throw .invalidArgument }
    }

    /// The whole content from the present position. The corresponding C function is `read`.
    ///
    /// - Throws: `fileTooLarge` if there are more than `limit` bytes. The size from `fstat` is not used, since `/proc`
    ///   says 0 and `/sys` says 4,096.
    func readAll(atMost limit: Int) throws(Errno) -> [UInt8] {
        var bytes: [UInt8] = []
        // Attributes of /sys and /proc are short: nearly all fit one page, and larger files are read in larger steps.
        var chunk = [UInt8](repeating: 0, count: min(limit + 1, 4_096))
        while true {
            let count = try valueOrErrno {
                unsafe chunk.withUnsafeMutableBytes { unsafe read(number, $0.baseAddress, $0.count) }
            }
            guard count > 0 else { return bytes }
            bytes += chunk[..<count]
            guard bytes.count <= limit else { throw .fileTooLarge }
            if bytes.count >= 16_384, chunk.count < 65_536 { chunk = [UInt8](repeating: 0, count: 65_536) }
        }
    }

    /// The first bytes from the present position, at most `limit`. The corresponding C function is `read`.
    func readStart(_ limit: Int) throws(Errno) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: limit)
        while bytes.count < limit {
            let wanted = limit - bytes.count
            let count = try valueOrErrno {
                unsafe chunk.withUnsafeMutableBytes { unsafe read(number, $0.baseAddress, wanted) }
            }
            guard count > 0 else { break }
            bytes += chunk[..<count]
        }
        return bytes
    }
}
