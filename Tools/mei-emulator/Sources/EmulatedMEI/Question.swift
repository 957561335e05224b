/// The questions of the AMT host interface that neither change a state nor reveal a secret.
enum Question: UInt32, CaseIterable {
    case getProvisioningMode = 0x0400_0008
    case getTcpipParameters = 0x0400_0006
    case getProvisioningState = 0x0400_0011
    case getCodeVersions = 0x0400_001A
    case getSecurityParameters = 0x0400_001B
    case getMACAddresses = 0x0400_0025
    case getHashHandles = 0x0400_002C
    case getZeroTouchEnabled = 0x0400_0030
    case getDNSSuffix = 0x0400_0036
    case getDNSSuffixList = 0x0400_003E
    case getRemoteAccessConnectionStatus = 0x0400_0046
    case getLanInterfaceSettings = 0x0400_0048
    case getFeaturesState = 0x0400_0049
    case getUserInitiatedEnabledInterfaces = 0x0400_004D
    case getIPv6LanInterfaceStatus = 0x0400_0052
    case getFQDN = 0x0400_0056
    case getRedirectionState = 0x0400_0058
    case getUUID = 0x0400_005C
    case getControlMode = 0x0400_006B
    case getEHBCState = 0x0400_0084

    /// `GetControlMode`
    var name: String {
        let own = String(describing: self)
        return own.prefix(1).uppercased() + own.dropFirst()
    }

    /// How many bytes of parameters a request has.
    var parameters: Int {
        switch self {
        case .getLanInterfaceSettings, .getFeaturesState, .getIPv6LanInterfaceStatus: 4
        default: 0
        }
    }

    /// `GetLanInterfaceSettings/wireless`: the parameter distinguishes several such questions.
    static let parts: [(question: Question, parameter: UInt32, name: String)] = [
        (.getLanInterfaceSettings, 0, "wired"), (.getLanInterfaceSettings, 1, "wireless"),
        (.getFeaturesState, 0, "sessions"), (.getFeaturesState, 1, "system-defence"), (.getFeaturesState, 2, "web-ui"),
        (.getFeaturesState, 3, "eac"), (.getFeaturesState, 4, "kvm"),
    ]

    /// Questions that change a state or reveal a secret: a program that only reads never asks them. They are refused,
    /// and named in the log.
    static let forbidden: [UInt32: String] = [
        0x0400_0010: "Unprovision", 0x0400_0028: "0x28", 0x0400_0029: "StartConfiguration", 0x0400_002A: "0x2A",
        0x0400_002F: "0x2F", 0x0400_003F: "0x3F", 0x0400_0044: "OpenUserInitiatedConnection",
        0x0400_0045: "CloseUserInitiatedConnection", 0x0400_005B: "SetHostFQDN", 0x0400_005E: "StopConfiguration",
        0x0400_0062: "0x62", 0x0400_0067: "GetLocalSystemAccount", 0x0400_0088: "DisableAndClear",
        0x0400_008B: "StartConfigurationHostBased",
    ]

    /// The forbidden MKHI commands: groups, and which of their commands; `nil` for all. A reset of the engine or the
    /// machine, passwords, SetRule, unlocking the flash, an update of the firmware.
    static let forbiddenMKHI: [(group: UInt8, commands: [UInt8]?)] = [
        (0, nil), (2, nil), (3, [3]), (5, nil), (6, nil),
    ]

    private static var names: [String] {
        allCases.flatMap { question in
            [question.name] + parts.filter { $0.question == question }.map { "\(question.name)/\($0.name)" }
        }
    }

    static let mkhiRules: [UInt32: String] = [0: "capable", 32: "enabled", 39: "available", 29: "platform"]

    private static var mkhiNames: [String] {
        ["mkhi"] + mkhiRules.values.sorted().map { "mkhi/\($0)" } + ["mkhi/version"]
    }

    /// The allowed names in `[status]`.
    static var statusTargets: [String] { names + mkhiNames }

    /// The allowed names in `[faults]`.
    static var faultTargets: [String] {
        ["open", "connect"] + Client.allCases.map { "connect/\($0.rawValue)" } + ["any", "amthi", "watchdog", "lme"]
            + names
            + mkhiNames
    }
}
