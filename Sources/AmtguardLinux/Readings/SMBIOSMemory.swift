// Bytes that are handed to another process and that no process can change any more, including us.

import CLinux
import Glibc
public import SystemPackage

private let seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE

/// A nameless file that contains `bytes` and can't be changed.
///
/// The corresponding C functions are `memfd_create`, `write` and `fcntl` with `F_ADD_SEALS`.
public func sealedMemory(of bytes: [UInt8]) throws(Errno) -> Descriptor {
    let flags = UInt32(MFD_CLOEXEC | MFD_ALLOW_SEALING)
    let number: CInt
    do {
        // A host may forbid memory that could be executed (vm.memfd_noexec).
        number = try valueOrErrno { unsafe memfd_create("amtguard", flags | UInt32(MFD_NOEXEC_SEAL)) }
    } catch Errno.invalidArgument {  // before Linux 6.3
        number = try valueOrErrno { unsafe memfd_create("amtguard", flags) }
    }
    let memory = Descriptor(owning: number)
    try memory.write(bytes, at: 0)
    try valueOrErrno { fcntl(memory.number, F_ADD_SEALS, seals) }
    return memory
}

/// The whole content of such a file from another process.
///
/// Without the seals its owner could still change it, or shorten it during the reading.
/// The corresponding C functions are `fcntl` with `F_GET_SEALS`, `fstat` and `pread`.
/// - Throws: `invalidArgument` unless it is sealed memory, `fileTooLarge` beyond `limit` bytes.
public func readSealed(_ descriptor: borrowing Descriptor, atMost limit: Int) throws(Errno) -> [UInt8] {
    let number = descriptor.number
    let present = try valueOrErrno { fcntl(number, F_GET_SEALS) }  // EINVAL for any other kind of file
    guard present & seals == seals else { throw .invalidArgument }
    try descriptor.requireRegularFile()
    let size = Int(try descriptor.status().st_size)
    guard size <= limit else { throw .fileTooLarge }
    var bytes = [UInt8](repeating: 0, count: size)
    var length = 0
    while length < size {
        let count = try valueOrErrno {
            unsafe bytes.withUnsafeMutableBytes {
                unsafe pread(number, $0.baseAddress.map { unsafe $0 + length }, $0.count - length, off_t(length))
            }
        }
        guard count > 0 else { throw .badMessage }
        length += count
    }
    return bytes
}
