// SMBIOS types 130, 131 and 38. Only root may read either source, so a privileged step reads them once and hands them
// over.

import AmtguardCore
import CLinux
import Glibc
public import SystemPackage

/// The raw structures of these types, one after the other. They form a structure table for `SMBIOSReading(table:)`.
///
/// They come from the entries of the module `dmi_sysfs` if it is loaded, else from the table itself. The result is
/// empty if the machine's SMBIOS table contains none of these structures.
/// - Throws: `noSuchFileOrDirectory` if the kernel shows no SMBIOS.
public func readSMBIOS(in root: borrowing RootDirectory) throws(Errno) -> [UInt8] {
    let directory = FilePath("/sys/firmware/dmi/entries")
    let entries: [String]
    do {
        entries = try root.names(in: directory)
    } catch Errno.noSuchFileOrDirectory {
        // The specification's older anchor allows 64 KiB.
        let table = try root.readFile("/sys/firmware/dmi/tables/DMI", atMost: 1 << 20)
        return SMBIOSReading.extract(from: table)
    }
    var bytes: [UInt8] = []
    for type in SMBIOSReading.types {
        for entry in entries where entry.hasPrefix("\(type)-") {
            let raw = try root.readFile(directory.appending(entry).appending("raw"), atMost: SMBIOSReading.limit)
            bytes += SMBIOSReading.extract(from: raw)
            guard bytes.count <= SMBIOSReading.limit else { throw .fileTooLarge }
        }
    }
    return bytes
}

// Bytes for another process that no process can change any more, not even this one.

private let seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE

/// A nameless file that contains `bytes` and can't be changed.
///
/// The corresponding C functions are `memfd_create`, `write` and `fcntl` with `F_ADD_SEALS`.
public func sealedMemory(of bytes: [UInt8]) throws(Errno) -> Descriptor {
    let flags = UInt32(MFD_CLOEXEC | MFD_ALLOW_SEALING)
    let number: CInt
    do {
        // A host may forbid executable memory (vm.memfd_noexec).
        number = try valueOrErrno { unsafe memfd_create("amtguard", flags | UInt32(MFD_NOEXEC_SEAL)) }
    } catch Errno.invalidArgument {  // before Linux 6.3
        number = try valueOrErrno { unsafe memfd_create("amtguard", flags) }
    }
    let memory = Descriptor(owning: number)
    try memory.write(bytes, at: 0)
    try valueOrErrno { fcntl(memory.number, F_ADD_SEALS, seals) }
    return memory
}

/// The whole content of sealed memory from another process.
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
