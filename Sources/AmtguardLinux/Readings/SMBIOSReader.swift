// SMBIOS types 130, 131 and 38. Only root may read either place, so a privileged step reads them once.

import AmtguardCore
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
