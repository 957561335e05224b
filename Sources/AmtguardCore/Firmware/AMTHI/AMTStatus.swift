/// AMT's status of a command: 0 is success. Every other value means "unknown", never "off".
public struct AMTStatus: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public let rawValue: UInt32

    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// The command succeeded, and its data follow.
    public static let success = AMTStatus(rawValue: 0)
    /// The firmware is starting: ask again.
    public static let notReady = AMTStatus(rawValue: 2)
    /// This firmware does not implement the command. It reports this by one of these two codes.
    public static let unsupported = AMTStatus(rawValue: 0x812)
    /// The other code of firmware that does not implement the command.
    public static let invalidParameter = AMTStatus(rawValue: 0x24)

    /// `NOT_READY`; a number for a code without a name: `0x99`.
    public var description: String {
        Self.names[rawValue] ?? "0x" + String(rawValue, radix: 16)
    }

    /// The names in intel/lms, StatusCodeDefinitions.h.
    private static let names: [UInt32: String] = [
        0x0: "SUCCESS", 0x1: "INTERNAL_ERROR", 0x2: "NOT_READY", 0x3: "INVALID_PT_MODE", 0x4: "INVALID_MESSAGE_LENGTH",
        0x5: "TABLE_FINGERPRINT_NOT_AVAILABLE", 0x6: "INTEGRITY_CHECK_FAILED", 0x7: "UNSUPPORTED_ISVS_VERSION",
        0x8: "APPLICATION_NOT_REGISTERED", 0x9: "INVALID_REGISTRATION_DATA", 0xA: "APPLICATION_DOES_NOT_EXIST",
        0xB: "NOT_ENOUGH_STORAGE", 0xC: "INVALID_NAME", 0xD: "BLOCK_DOES_NOT_EXIST", 0xE: "INVALID_BYTE_OFFSET",
        0xF: "INVALID_BYTE_COUNT", 0x10: "NOT_PERMITTED", 0x11: "NOT_OWNER", 0x12: "BLOCK_LOCKED_BY_OTHER",
        0x13: "BLOCK_NOT_LOCKED", 0x14: "INVALID_GROUP_PERMISSIONS", 0x15: "GROUP_DOES_NOT_EXIST",
        0x16: "INVALID_MEMBER_COUNT", 0x17: "MAX_LIMIT_REACHED", 0x18: "INVALID_AUTH_TYPE",
        0x19: "AUTHENTICATION_FAILED", 0x1A: "INVALID_DHCP_MODE", 0x1B: "INVALID_IP_ADDRESS",
        0x1C: "INVALID_DOMAIN_NAME", 0x1D: "UNSUPPORTED_VERSION", 0x1E: "REQUEST_UNEXPECTED",
        0x1F: "INVALID_TABLE_TYPE", 0x20: "INVALID_PROVISIONING_STATE", 0x21: "UNSUPPORTED_OBJECT",
        0x22: "INVALID_TIME", 0x23: "INVALID_INDEX", 0x24: "INVALID_PARAMETER", 0x25: "INVALID_NETMASK",
        0x26: "FLASH_WRITE_LIMIT_EXCEEDED", 0x27: "INVALID_IMAGE_LENGTH", 0x28: "INVALID_IMAGE_SIGNATURE",
        0x29: "PROPOSE_ANOTHER_VERSION", 0x2A: "INVALID_PID_FORMAT", 0x2B: "INVALID_PPS_FORMAT",
        0x2C: "BIST_COMMAND_BLOCKED", 0x2D: "CONNECTION_FAILED", 0x2E: "CONNECTION_TOO_MANY",
        0x2F: "RNG_GENERATION_IN_PROGRESS", 0x30: "RNG_NOT_READY", 0x31: "CERTIFICATE_NOT_READY",
        0x200: "REMOTE_ACCESS_NOT_GRANTED", 0x201: "REMOTE_ACCESS_HOST_VPN_IS_DISABLED",
        0x202: "REMOTE_ACCESS_GRANTED_WITHOUT_DDNS", 0x203: "REMOTE_ACCESS_GRANTED_WITH_DDNS",
        0x400: "DISABLED_BY_POLICY", 0x800: "NETWORK_IF_ERROR_BASE", 0x801: "UNSUPPORTED_OEM_NUMBER",
        0x802: "UNSUPPORTED_BOOT_OPTION", 0x803: "INVALID_COMMAND", 0x804: "INVALID_SPECIAL_COMMAND",
        0x805: "INVALID_HANDLE", 0x806: "INVALID_PASSWORD", 0x807: "INVALID_REALM", 0x808: "STORAGE_ACL_ENTRY_IN_USE",
        0x809: "DATA_MISSING", 0x80A: "DUPLICATE", 0x80B: "EVENTLOG_FROZEN", 0x80C: "PKI_MISSING_KEYS",
        0x80D: "PKI_GENERATING_KEYS", 0x80E: "INVALID_KEY", 0x80F: "INVALID_CERT", 0x810: "CERT_KEY_NOT_MATCH",
        0x811: "MAX_KERB_DOMAIN_REACHED", 0x812: "UNSUPPORTED", 0x813: "INVALID_PRIORITY", 0x814: "NOT_FOUND",
        0x815: "INVALID_CREDENTIALS", 0x816: "INVALID_PASSPHRASE", 0x818: "NO_ASSOCIATION", 0x81B: "AUDIT_FAIL",
        0x81C: "BLOCKING_COMPONENT", 2500: "IPV6_INTERFACE_DISABLED", 2501: "INTERFACE_DOES_NOT_EXIST",
    ]
}
