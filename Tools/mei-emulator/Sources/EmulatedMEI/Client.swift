/// A firmware client that a machine can offer: the table of well-known UUIDs, in their form on the wire.
public enum Client: String, CaseIterable, Sendable {
    case amthi, mkhi, mkhiFixed = "mkhi-fixed", lme, watchdog, update, hotham, mchi, upid, psr, sap

    /// In the notation of sysfs.
    public var uuid: String {
        switch self {
        case .amthi: "12f80028-b4b7-4b2d-aca8-46e0ff65814c"
        case .mkhi: "8e6a6715-9abc-4043-88ef-9e39c6f63e0f"
        case .mkhiFixed: "55213584-9a29-4916-badf-0fb7ed682aeb"
        case .lme: "6733a4db-0476-4e7b-b3af-bcfc29bee7a7"
        case .watchdog: "05b79a6f-4628-4d7f-899d-a91514cb32ab"
        case .update: "309dcde8-ccb1-4062-8f78-600115a34327"
        case .hotham: "082ee5a7-7c25-470a-9643-0c06f0466ea1"
        case .mchi: "dd17041c-09ea-4b17-a271-5b989867ec65"
        case .upid: "92136c79-5fea-4cfd-980e-23be07fa5e9f"
        case .psr: "ed6703fa-d312-4e8b-9ddd-2155bb2dee65"
        case .sap: "13280904-7792-4fcb-a1aa-5e70cbb1e865"
        }
    }

    /// In the form of the connect ioctl: the first three groups are little endian.
    public var wire: [UInt8] { mixedEndian(uuid: uuid) ?? [] }

    /// The longest message. Recorded on a real machine for AMTHI and MCHI.
    public var mtu: UInt32 {
        switch self {
        case .amthi: 5_120
        default: 4_096
        }
    }

    /// How many connections it accepts at a time: one, or none if the client has a fixed address that user space can't
    /// use. The kernel does not show a client with more than one connection on its bus.
    public var connections: UInt8 {
        switch self {
        case .mkhiFixed: 0
        case .lme: 2
        default: 1
        }
    }

    /// The client with these 16 bytes.
    public init?(wire: [UInt8]) {
        guard let client = Client.allCases.first(where: { $0.wire == wire }) else { return nil }
        self = client
    }
}

/// How a machine offers a client.
public enum Offer: String, CaseIterable, Sendable {
    /// It is on the bus of `/sys`, and accepts a connection.
    case yes
    /// It is not on the bus, and accepts no connection.
    case no
    /// It accepts a connection, but `/sys` does not show it.
    case hidden
    /// `/sys` shows it, but the connect ioctl returns ENOTTY.
    case refused
}

/// The mixed-endian form of a UUID, as on the wire and in SMBIOS; `nil` if the text is not a UUID.
public func mixedEndian(uuid text: String) -> [UInt8]? {
    let groups = text.split(separator: "-", omittingEmptySubsequences: false)
    guard groups.map(\.utf8.count) == [8, 4, 4, 4, 12] else { return nil }
    var bytes: [UInt8] = []
    for (index, group) in groups.enumerated() {
        guard let part = hexadecimal(group) else { return nil }
        bytes += index < 3 ? part.reversed() : part
    }
    return bytes
}

/// Bytes from pairs of hexadecimal digits; spaces and colons between pairs help the reader.
public func hexadecimal(_ text: some StringProtocol) -> [UInt8]? {
    var bytes: [UInt8] = []
    var high: UInt8?
    for character in text.utf8 {
        let digit: UInt8
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = character - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = character - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = character - UInt8(ascii: "A") + 10
        case UInt8(ascii: " "), UInt8(ascii: ":"):
            guard high == nil else { return nil }
            continue
        default: return nil
        }
        if let first = high {
            bytes.append(first << 4 | digit)
            high = nil
        } else {
            high = digit
        }
    }
    return high == nil ? bytes : nil
}

/// Lower-case digits without spaces.
public func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}
