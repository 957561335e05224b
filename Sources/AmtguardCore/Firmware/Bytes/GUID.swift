/// A UUID in the firmware's form: the bytes of the first three groups are in the opposite order.
///
/// The clients of the MEI device and the machine's own UUID (as in SMBIOS type 1) have this form.
public struct GUID: Hashable, Sendable, CustomStringConvertible {
    /// The 16 bytes in the order of the wire.
    public let wire: [UInt8]

    /// A UUID from its bytes, in the order of the wire.
    ///
    /// - Returns: `nil` unless there are 16 bytes.
    public init?(wire: some Collection<UInt8>) {
        guard wire.count == 16 else { return nil }
        self.wire = Array(wire)
    }

    /// Parses `12f80028-b4b7-4b2d-aca8-46e0ff65814c`, in either case.
    public init?(_ text: String) {
        let groups = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard groups.map(\.count) == [8, 4, 4, 4, 12] else { return nil }
        var bytes: [UInt8] = []
        for group in groups {
            guard let part = hexadecimal(group) else { return nil }
            bytes += part
        }
        self.init(wire: Self.swapped(bytes))
    }

    private init(_ wire: [UInt8]) {
        self.wire = wire
    }

    /// 32 lower-case digits in five groups.
    public var description: String {
        var text = hexDigits(Self.swapped(wire))[...]
        var groups: [Substring] = []
        for length in [8, 4, 4, 4, 12] {
            groups.append(text.prefix(length))
            text = text.dropFirst(length)
        }
        return groups.joined(separator: "-")
    }

    private static func swapped(_ bytes: [UInt8]) -> [UInt8] {
        bytes[..<4].reversed() + bytes[4..<6].reversed() + bytes[6..<8].reversed() + bytes[8...]
    }

    /// The AMT host interface, 12f80028-b4b7-4b2d-aca8-46e0ff65814c: one connection at a time.
    public static let amthi = GUID([
        0x28, 0x00, 0xF8, 0x12, 0xB7, 0xB4, 0x2D, 0x4B, 0xAC, 0xA8, 0x46, 0xE0, 0xFF, 0x65, 0x81, 0x4C,
    ])
    /// The kernel host interface, 8e6a6715-9abc-4043-88ef-9e39c6f63e0f.
    public static let mkhi = GUID([
        0x15, 0x67, 0x6A, 0x8E, 0xBC, 0x9A, 0x43, 0x40, 0x88, 0xEF, 0x9E, 0x39, 0xC6, 0xF6, 0x3E, 0x0F,
    ])
    /// The kernel host interface at a fixed address, 55213584-9a29-4916-badf-0fb7ed682aeb.
    public static let fixedMKHI = GUID([
        0x84, 0x35, 0x21, 0x55, 0x29, 0x9A, 0x16, 0x49, 0xBA, 0xDF, 0x0F, 0xB7, 0xED, 0x68, 0x2A, 0xEB,
    ])
    /// The watchdog client, 05b79a6f-4628-4d7f-899d-a91514cb32ab. The kernel's driver mei_wdt may be connected to it.
    public static let watchdog = GUID([
        0x6F, 0x9A, 0xB7, 0x05, 0x28, 0x46, 0x7F, 0x4D, 0x89, 0x9D, 0xA9, 0x15, 0x14, 0xCB, 0x32, 0xAB,
    ])
}
