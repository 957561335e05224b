/// The strongest evidence of AMT that the firmware itself has shown in this boot, even if it is silent now.
public enum AMTSighting: String, Hashable, Sendable, CaseIterable {
    /// Present, in an unknown state.
    case present
    /// Present, and switched off.
    case disabled
    /// Switched on, and not set up.
    case unprovisioned
    /// Being set up.
    case provisioning
    /// Set up; the control mode was not known.
    case provisioned
    /// Set up in client control mode.
    case provisionedClient = "provisioned-client"
    /// Set up in admin control mode.
    case provisionedAdmin = "provisioned-admin"
    /// Set up before control modes existed.
    case provisionedLegacy = "provisioned-legacy"

    /// What a state proves if the firmware itself reported it; `nil` if it proves nothing.
    init?(_ state: AMTState) {
        switch state {
        case .impossible, .unknown: return nil
        case .disabled: self = .disabled
        case .unprovisioned: self = .unprovisioned
        case .provisioning: self = .provisioning
        case .provisioned(nil): self = .provisioned
        case .provisioned(.client): self = .provisionedClient
        case .provisioned(.admin): self = .provisionedAdmin
        case .provisioned(.legacy): self = .provisionedLegacy
        }
    }

    /// The words after "in this boot".
    var words: String {
        switch self {
        case .present: "it was there"
        case .disabled: "it was seen disabled"
        case .unprovisioned: "it was seen unprovisioned"
        case .provisioning: "it was seen being provisioned"
        case .provisioned: "it was seen provisioned"
        case .provisionedClient: "it was seen provisioned, in client control mode"
        case .provisionedAdmin: "it was seen provisioned, in admin control mode"
        case .provisionedLegacy: "it was seen provisioned, in legacy control mode"
        }
    }

    /// Whether it was seen switched on. Then an earlier note of the BIOS does not count.
    var isOn: Bool { self != .disabled && self != .present }
}
