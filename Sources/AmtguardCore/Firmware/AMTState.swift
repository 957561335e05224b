/// The state of AMT on this machine, as far as it is known.
public enum AMTState: Hashable, Sendable {
    /// The rights of a provisioned AMT.
    public enum ControlMode: String, Hashable, Sendable, CaseIterable {
        /// Set up from within the host, with the user's consent.
        case client
        /// Set up by an administrator.
        case admin
        /// Set up before control modes existed: enterprise or small business mode.
        case legacy
    }

    /// Proven absent: the evidence.
    case impossible(String)
    /// Unknown: the reason. The ports stay required.
    case unknown(String)
    /// Present and switched off: the evidence.
    case disabled(String)
    /// Switched on, but not set up.
    case unprovisioned
    /// Being set up.
    case provisioning
    /// Set up; `nil` if the control mode is not known.
    case provisioned(ControlMode?)

    /// Its word in every output.
    public var word: String {
        switch self {
        case .impossible: "impossible"
        case .unknown: "unknown"
        case .disabled: "disabled"
        case .unprovisioned: "unprovisioned"
        case .provisioning: "provisioning"
        case .provisioned: "provisioned"
        }
    }

    /// All these words.
    public static let words = ["impossible", "unknown", "disabled", "unprovisioned", "provisioning", "provisioned"]

    /// `client`, `admin` or `legacy`; `nil` if AMT is not provisioned, or its control mode is unknown.
    public var controlModeWord: String? {
        if case .provisioned(let mode) = self { mode?.rawValue } else { nil }
    }

    /// The evidence or the reason.
    public var because: String {
        switch self {
        case .impossible(let evidence), .disabled(let evidence): evidence
        case .unknown(let reason): reason
        case .unprovisioned: "its firmware is switched on and not set up"
        case .provisioning: "its firmware is being set up"
        case .provisioned(let mode?): "its firmware is set up, in \(mode.rawValue) control mode"
        case .provisioned(nil): "its firmware is set up, in a control mode that is not known"
        }
    }
}

/// One piece of evidence.
public struct Evidence: Hashable, Sendable, Codable {
    /// Its source: `pci`, `mei`, `amthi`, `mkhi`, `smbios`.
    public var source: String
    /// Its statement, for people.
    public var says: String
}
