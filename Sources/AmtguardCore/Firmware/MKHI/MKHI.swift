// MKHI, the kernel host interface: asked if AMTHI is not offered. Its layout is known only from intel/lms's code, and
// no recording proves it. So every byte with only one allowed value is checked.

/// The kernel host interface, and one of its commands: GetRule of the group FWCAPS.
public enum MKHI {
    /// The rules that amtguard asks for; each answers with a set of features.
    public enum Rule: UInt32, Hashable, Sendable, CaseIterable {
        /// The features that the chipset can have.
        case capable = 0
        /// The features that the BIOS left enabled.
        case enabled = 32
        /// The features that are ready now.
        case available = 39

        /// The bytes of the whole request: the header `group, command, 0, 0`, then the rule.
        public var encoded: [UInt8] { [MKHI.group, MKHI.command, 0, 0] + rawValue.littleEndianBytes }
    }

    /// The answer to a rule: bits, of which amtguard reads one.
    public struct Features: OptionSet, Hashable, Sendable {
        public let rawValue: UInt32

        public init(rawValue: UInt32) {
            self.rawValue = rawValue
        }

        /// AMT, or Standard Manageability.
        public static let amt = Features(rawValue: 1 << 2)
    }

    private static let group: UInt8 = 3
    private static let command: UInt8 = 2
    private static let responseBit: UInt8 = 0x80
    /// The data begin with one number of 32 bits.
    private static let dataSize: UInt8 = 4
}

extension MKHI.Features {
    /// Parses a whole reply to `rule`: 13 bytes, or more from newer firmware.
    public init(parsing bytes: [UInt8], to rule: MKHI.Rule) throws(WireError) {
        var reader = ByteReader(bytes)
        let (group, command) = (try reader.u8("group"), try reader.u8("command"))
        guard group == MKHI.group, command == MKHI.command | MKHI.responseBit else {
            throw .otherCommand(UInt32(group) << 8 | UInt32(command))
        }
        try reader.expect(0 as UInt8, "reserved field")
        let result = MKHI.Result(rawValue: try reader.u8("result"))
        guard result == .success else { throw .result(result) }
        try reader.expect(rule.rawValue, "rule")
        let size = try reader.u8("data's length")
        guard size >= MKHI.dataSize else { throw .value("data's length", UInt32(size)) }
        rawValue = try reader.u32("data")
    }
}

extension MKHI {
    /// MKHI's result of a command: every value but 0 means "unknown".
    public struct Result: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
        public let rawValue: UInt8

        public init(rawValue: UInt8) {
            self.rawValue = rawValue
        }

        /// The command succeeded, and its data follow.
        public static let success = Result(rawValue: 0)
        /// The firmware is starting: ask again.
        public static let notReady = Result(rawValue: 0x88)

        /// `NOT_READY`; a number for a code without a name: `0x17`.
        public var description: String {
            Self.names[rawValue] ?? "0x" + String(rawValue, radix: 16)
        }

        private static let names: [UInt8: String] = [
            0x00: "SUCCESS", 0x01: "INVALID_STATE", 0x02: "SKIPPED", 0x05: "SIZE", 0x16: "INVALID",
            0x81: "NOT_FOUND", 0x84: "INVALID_ACCESS", 0x85: "BAD_PARAMETERS", 0x88: "NOT_READY",
            0x89: "NOT_SUPPORTED", 0x8D: "BAD_COMMAND", 0x99: "GENERIC", 0x9E: "FAILURE", 0xFE: "RETRY",
            0xFF: "GENERAL",
        ]
    }
}
