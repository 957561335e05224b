import AmtguardCore
import Testing

@Suite struct `SMBIOS` {
    /// Dumps of dmidecode in public bug reports.
    static let on: [UInt8] = [
        0x82, 0x14, 0x11, 0x00,  // type 130, 20 bytes, handle 0x0011
        0x24, 0x41, 0x4D, 0x54,  // $AMT
        0x01, 0x01, 0x01, 0x01,  // supported, enabled, storage redirection, serial over LAN
        0x01, 0xA5, 0x1F, 0x02, 0x00, 0x00,  // not trusted
        0x00, 0x00,  // KVM, and one more
    ]
    static let withKVM: [UInt8] = [
        0x82, 0x14, 0x0C, 0x00, 0x24, 0x41, 0x4D, 0x54, 0x01, 0x01, 0x01, 0x01, 0x01, 0xA5, 0xFF, 0x03, 0x00, 0x00,
        0x01, 0x00,
    ]
    static let disabled: [UInt8] = [
        0x82, 0x14, 0x30, 0x00, 0x24, 0x41, 0x4D, 0x54, 0x01, 0x00, 0x01, 0x00, 0x01, 0xA5, 0xAF, 0x02, 0xC0, 0x00,
        0x00, 0x00,
    ]
    static let unsupported: [UInt8] = [
        0x82, 0x14, 0x26, 0xF0, 0x24, 0x41, 0x4D, 0x54, 0x00, 0x00, 0x00, 0x00, 0x00, 0xA5, 0xAF, 0x02, 0xC0, 0x00,
        0x00, 0x00,
    ]
    static let unsupportedWithNetwork: [UInt8] = [
        0x82, 0x14, 0x31, 0x00, 0x24, 0x41, 0x4D, 0x54, 0x00, 0x00, 0x00, 0x00, 0x01, 0xA5, 0xFF, 0x03, 0x00, 0x00,
        0x00, 0x00,
    ]
    private static let end: [UInt8] = [0x7F, 0x04, 0xFF, 0xFE, 0, 0]
    private static let none: [UInt8] = [0, 0]

    /// Type 131; the words of the engine and the bytes of its version are from public dumps, the rest is zero.
    static func vPro(engine: UInt32, version: [UInt8] = [0x00, 0x00, 0x0C, 0x00, 0x74, 0x06, 0x46, 0x00]) -> [UInt8] {
        var bytes = [0x83, 0x40, 0x32, 0x00] + [UInt8](repeating: 0, count: 60)
        for (index, shift) in [0, 8, 16, 24].enumerated() {
            bytes[0x18 + index] = UInt8(truncatingIfNeeded: engine >> UInt32(shift))
        }
        bytes.replaceSubrange(0x1C..<0x24, with: version)
        bytes.replaceSubrange(0x38..<0x3C, with: "vPro".utf8)
        return bytes
    }

    @Test(
        arguments: [
            (on, [true, true, true, true, false]), (withKVM, [true, true, true, true, true]),
            (disabled, [true, false, true, false, false]), (unsupported, [false, false, false, false, false]),
            (unsupportedWithNetwork, [false, false, false, false, false]),
        ] as [([UInt8], [Bool])])
    func `type 130 tells what AMT is`(bytes: [UInt8], flags: [Bool]) throws {
        let reading = SMBIOSReading(table: bytes + Self.none)
        let amt = try #require(reading.amt.first)
        #expect(reading.amt.count == 1 && reading.vPro.isEmpty)
        #expect(
            [amt.isSupported, amt.isEnabled, amt.hasStorageRedirection, amt.hasSerialOverLAN, amt.hasKVM]
                == flags.map(Optional.init))
    }

    @Test(
        arguments: [
            (0xE009, true, true, true), (0xC009, true, true, true), (0x0001, true, false, false),
            (0x2001, true, false, false),
        ] as [(UInt32, Bool, Bool, Bool)])
    func `type 131 tells what the engine can do`(engine: UInt32, isEnabled: Bool, hasAMT: Bool, hasKVM: Bool) throws {
        let vPro = try #require(SMBIOSReading(table: Self.vPro(engine: engine) + Self.none).vPro.first)
        #expect(vPro.isEngineEnabled == isEnabled && vPro.hasAMTFirmware == hasAMT && vPro.hasKVM == hasKVM)
        #expect(!vPro.hasStandardManageability && vPro.firmwareVersion == "12.0.70.1652")
    }

    @Test func `a version of zeros is none`() {
        let bytes = Self.vPro(engine: 1, version: [UInt8](repeating: 0, count: 8)) + Self.none
        #expect(SMBIOSReading(table: bytes).vPro.map(\.firmwareVersion) == [nil])
    }

    @Test func `other vendors' structures of these types are not believed`() {
        var other = Self.on
        other[7] = UInt8(ascii: "Z")
        var lenovo = Self.vPro(engine: 0xE009)
        lenovo.replaceSubrange(0x38..<0x3C, with: "TVT-".utf8)
        var kind = Self.on
        kind[0] = 131
        var otherKind = Self.vPro(engine: 0xE009)
        otherKind[0] = 130
        for bytes in [other, lenovo, kind, otherKind] {
            #expect(SMBIOSReading(table: bytes + Self.none) == SMBIOSReading(table: []))
        }
        let short: [UInt8] = [0x83, 0x16, 0x00, 0x00] + Array("TVT-Enablement1234".utf8)
        let mixed = short + Self.none + other + Self.none + Self.on + Self.none
        #expect(SMBIOSReading(table: mixed).amt.count == 1)
    }

    @Test func `a bad flag makes the structure one of another vendor`() {
        var bytes = Self.on
        bytes[9] = 2
        #expect(SMBIOSReading(table: bytes + Self.none).amt.isEmpty)
        bytes = Self.on
        bytes[0x12] = 7
        #expect(SMBIOSReading(table: bytes + Self.none).amt.map(\.hasKVM) == [nil])
    }

    @Test(arguments: 4..<20)
    func `a short type 130 tells what it has`(length: Int) {
        var bytes = Array(Self.withKVM.prefix(length))
        bytes[1] = UInt8(length)
        let amt = SMBIOSReading(table: bytes + Self.none).amt
        #expect(amt.count == (length >= 12 ? 1 : 0))
        #expect(amt.first.map { $0.hasKVM } == (length >= 12 ? (length > 0x12 ? true : .some(nil)) : nil))
    }

    @Test(arguments: 4..<64)
    func `a short type 131 is refused`(length: Int) {
        var bytes = Array(Self.vPro(engine: 9).prefix(length))
        bytes[1] = UInt8(length)
        #expect(SMBIOSReading(table: bytes + Self.none).vPro.count == (length >= 0x3C ? 1 : 0))
    }

    @Test func `a table is walked over strings, and only the two types are taken out`() {
        let board: [UInt8] = [0x02, 0x08, 0x02, 0x00, 1, 2, 0, 0] + Array("Maker\0Board\0\0".utf8)
        // Type 130 with a string; some boards have it.
        let table = board + Self.on + Array("text\0\0".utf8) + Self.vPro(engine: 9) + Self.none + Self.on + Self.none
        let structures = SMBIOSStructure.structures(in: table + Self.end + Self.disabled + Self.none)
        #expect(structures.map(\.type) == [2, 130, 131, 130])
        #expect(structures.map(\.handle) == [2, 0x11, 0x32, 0x11])
        #expect(structures.flatMap(\.raw) == table)
        let blob = SMBIOSReading.extract(from: table + Self.end)
        #expect(blob == Array(table.dropFirst(board.count)))
        #expect(SMBIOSReading(table: blob) == SMBIOSReading(table: table))
        #expect(SMBIOSReading(table: blob).amt.count == 2)
    }

    @Test(
        arguments: [
            [], [0x82], [0x82, 0x14, 0, 0], [0x82, 0, 0, 0, 0, 0], [0x82, 3, 0, 0, 0, 0], [0x82, 255, 0, 0, 0, 0],
            on, on + [0], on + Array("text".utf8), on + Array("text\0".utf8),
            [UInt8](repeating: 0, count: 1_000), [UInt8](repeating: 0xFF, count: 1_000),
        ] as [[UInt8]])
    func `what is cut short is not believed`(bytes: [UInt8]) {
        #expect(SMBIOSReading(table: bytes) == SMBIOSReading(table: []))
        #expect(SMBIOSReading.extract(from: bytes).isEmpty)
        // The structure after it is ignored as well.
        let amt = SMBIOSReading(table: Self.withKVM + Self.none + bytes).amt
        #expect(amt.count == 1)
    }

    @Test func `a table of any length is bounded`() {
        let many = Array(repeatElement(Self.on + Self.none, count: 10_000).joined())
        #expect(SMBIOSStructure.structures(in: many).count == SMBIOSStructure.most)
        #expect(SMBIOSReading.extract(from: many).count <= SMBIOSReading.limit)
    }

    @Test(arguments: 0..<300 as Range<UInt64>)
    func `any bytes are met with a reading`(seed: UInt64) {
        var random = Seeded(seed)
        var bytes =
            Self.on + Self.none + Self.vPro(engine: 9) + Array("x\0\0".utf8) + Self.disabled + Self.none + Self.end
        for _ in 0..<Int.random(in: 1...8, using: &random) {
            bytes[.random(in: bytes.indices, using: &random)] = .random(in: .min ... .max, using: &random)
        }
        bytes.removeLast(.random(in: 0...bytes.count, using: &random))
        let blob = SMBIOSReading.extract(from: bytes)
        #expect(SMBIOSReading(table: blob) == SMBIOSReading(table: bytes), "seed \(seed)")
        #expect(blob.count <= bytes.count)
    }
}
