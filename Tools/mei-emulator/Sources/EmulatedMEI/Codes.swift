// Names for the numbers that a machine file may use.

/// AMT status codes by name.
public let statusNames: [String: UInt32] = [
    "SUCCESS": 0, "INTERNAL_ERROR": 1, "NOT_READY": 2, "INVALID_PT_MODE": 3, "INVALID_MESSAGE_LENGTH": 4,
    "TABLE_FINGERPRINT_NOT_AVAILABLE": 5, "INTEGRITY_CHECK_FAILED": 6, "UNSUPPORTED_ISVS_VERSION": 7,
    "APPLICATION_NOT_REGISTERED": 8, "INVALID_REGISTRATION_DATA": 9, "APPLICATION_DOES_NOT_EXIST": 0xA,
    "NOT_ENOUGH_STORAGE": 0xB, "INVALID_NAME": 0xC, "BLOCK_DOES_NOT_EXIST": 0xD, "INVALID_BYTE_OFFSET": 0xE,
    "INVALID_BYTE_COUNT": 0xF, "NOT_PERMITTED": 0x10, "NOT_OWNER": 0x11, "BLOCK_LOCKED_BY_OTHER": 0x12,
    "MAX_LIMIT_REACHED": 0x17, "INVALID_AUTH_TYPE": 0x18, "AUTHENTICATION_FAILED": 0x19, "INVALID_DHCP_MODE": 0x1A,
    "INVALID_IP_ADDRESS": 0x1B, "INVALID_DOMAIN_NAME": 0x1C, "REQUEST_UNEXPECTED": 0x1E,
    "INVALID_PROVISIONING_STATE": 0x20, "INVALID_TIME": 0x22, "INVALID_INDEX": 0x23, "INVALID_PARAMETER": 0x24,
    "INVALID_NETMASK": 0x25, "FLASH_WRITE_LIMIT_EXCEEDED": 0x26, "CONNECTION_FAILED": 0x2D,
    "CONNECTION_TOO_MANY": 0x2E, "RNG_GENERATION_IN_PROGRESS": 0x2F, "RNG_NOT_READY": 0x30,
    "CERTIFICATE_NOT_READY": 0x31, "DISABLED_BY_POLICY": 0x400, "UNSUPPORTED_OEM_NUMBER": 0x801,
    "INVALID_HANDLE": 0x805, "DATA_MISSING": 0x809, "UNSUPPORTED": 0x812, "NOT_FOUND": 0x814, "AUDIT_FAIL": 0x81B,
    "BLOCKING_COMPONENT": 0x81C, "IPV6_INTERFACE_DISABLED": 2_500, "INTERFACE_DOES_NOT_EXIST": 2_501,
]

/// An error number of Linux on x86: this firmware exists only on such machines.
public enum Failure: Int32, CaseIterable, Sendable {
    case EPERM = 1, ENOENT = 2, EINTR = 4, EIO = 5, EAGAIN = 11, ENOMEM = 12, EACCES = 13, EFAULT = 14, EBUSY = 16
    case ENODEV = 19, EINVAL = 22, EMFILE = 24, ENOTTY = 25, EFBIG = 27, ETIME = 62, EMSGSIZE = 90, EOPNOTSUPP = 95

    /// `EBUSY`
    public var name: String { String(describing: self) }

    /// The error of this name.
    public init?(name: String) {
        guard let failure = Failure.allCases.first(where: { $0.name == name }) else { return nil }
        self = failure
    }
}

/// The values of the kernel's `dev_state`.
public enum DeviceState: String, CaseIterable, Sendable {
    case initializing = "INITIALIZING", initClients = "INIT_CLIENTS", enabled = "ENABLED", resetting = "RESETTING"
    case disabled = "DISABLED", powerDown = "POWER_DOWN", powerUp = "POWER_UP"
}

/// Feature bits of the MKHI rules 0, 32 and 39.
public let featureNames: [String: UInt32] = [
    "amt": 2, "psr": 5, "cls": 6, "pavp": 12, "rca": 14, "ipv6": 17, "kvm": 18, "dal": 20, "tls": 21, "cila": 22,
]
