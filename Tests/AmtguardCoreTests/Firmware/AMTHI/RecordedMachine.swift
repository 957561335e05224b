/// The firmware's replies of a Lenovo with AMT 11.8.93, not provisioned.
///
/// The bytes are data of fwupd's test `intel-amt-setup.json`, recorded on the machine: PCI 8086:a13a, subsystem 17aa:222e.
enum RecordedMachine {
    /// GetCodeVersions, 525 bytes.
    static let codeVersions: [UInt8] =
        [0x01, 0x01, 0x00, 0x00]  // version 1.1, reserved
        + [0x1A, 0x00, 0x80, 0x04]  // command 0x0400001A with the response bit
        + [0x01, 0x02, 0x00, 0x00]  // 513 bytes follow
        + [0x00, 0x00, 0x00, 0x00]  // status SUCCESS
        // BIOS "N1EETA2W (1.75 )" in 65 bytes
        + [0x4E, 0x31, 0x45, 0x45, 0x54, 0x41, 0x32, 0x57, 0x20, 0x28, 0x31, 0x2E, 0x37, 0x35, 0x20, 0x29]
        + zeros(49)
        + [0x0A, 0x00, 0x00, 0x00]  // ten rows, unaligned at 81
        // A row is: a length, a name in 20 bytes, a length, a version in 20 bytes.
        + [0x05, 0x00] + ascii("Flash") + zeros(15) + [0x07, 0x00] + ascii("11.8.93") + zeros(13)
        + [0x08, 0x00] + ascii("Netstack") + zeros(12) + [0x07, 0x00] + ascii("11.8.93") + zeros(13)
        + [0x07, 0x00] + ascii("AMTApps") + zeros(13) + [0x07, 0x00] + ascii("11.8.93") + zeros(13)
        + [0x03, 0x00] + ascii("AMT") + zeros(17) + [0x07, 0x00] + ascii("11.8.93") + zeros(13)
        + [0x03, 0x00] + ascii("Sku") + zeros(17) + [0x01, 0x00] + ascii("8") + zeros(19)
        + [0x08, 0x00] + ascii("VendorID") + zeros(12) + [0x04, 0x00] + ascii("8086") + zeros(16)
        + [0x0C, 0x00] + ascii("Build Number") + zeros(8) + [0x04, 0x00] + ascii("4323") + zeros(16)
        + [0x10, 0x00] + ascii("Recovery Version") + zeros(4) + [0x07, 0x00] + ascii("11.8.93") + zeros(13)
        + [0x12, 0x00] + ascii("Recovery Build Num") + zeros(2) + [0x04, 0x00] + ascii("4323") + zeros(16)
        + [0x0B, 0x00] + ascii("Legacy Mode") + zeros(9) + [0x05, 0x00] + ascii("False") + zeros(15)

    /// GetProvisioningState, 20 bytes.
    static let provisioningState: [UInt8] = [
        0x01, 0x01, 0x00, 0x00,  // version 1.1, reserved
        0x11, 0x00, 0x80, 0x04,  // command 0x04000011 with the response bit
        0x08, 0x00, 0x00, 0x00,  // 8 bytes follow
        0x00, 0x00, 0x00, 0x00,  // status SUCCESS
        0x00, 0x00, 0x00, 0x00,  // pre
    ]

    private static func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }
    private static func ascii(_ text: String) -> [UInt8] { Array(text.utf8) }
}
