/// What is known of AMT on this machine.
public enum AMTState: Hashable, Sendable {
    /// Who may do what with a provisioned AMT.
    public enum ControlMode: String, Hashable, Sendable, CaseIterable {
        /// Set up from within the host, with consent of the user.
        case client
        /// Set up by an administrator.
        case admin
        /// Older than control modes: enterprise or small business mode.
        case legacy
    }

    /// Positively not there: the evidence.
    case impossible(String)
    /// Not known: the reason. The ports stay required.
    case unknown(String)
    /// There, and switched off: the evidence.
    case disabled(String)
    /// Switched on, and not set up.
    case unprovisioned
    /// Being set up.
    case provisioning
    /// Set up; `nil` where the control mode is not known.
    case provisioned(ControlMode?)

    /// The word for it in every face.
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

    /// All those words.
    public static let words = ["impossible", "unknown", "disabled", "unprovisioned", "provisioning", "provisioned"]

    /// `client`, `admin` or `legacy`; `nil` where AMT is not provisioned, or its control mode not known.
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

/// One thing that was seen and what it says.
public struct Evidence: Hashable, Sendable, Codable {
    /// Where it was seen: `pci`, `mei`, `amthi`, `mkhi`, `smbios`.
    public var source: String
    /// What it says, for people.
    public var says: String

    /// A source and one line.
    public init(source: String, says: String) {
        self.source = source
        self.says = says
    }
}
