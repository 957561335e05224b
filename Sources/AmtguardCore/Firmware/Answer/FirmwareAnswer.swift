/// The firmware's statements about AMT, each known, or unknown with a reason: readings, no judgement.
public struct FirmwareAnswer: Hashable, Sendable {
    /// How the AMT host interface behaved.
    public enum Behaviour: String, Hashable, Sendable, CaseIterable {
        /// It answers.
        case answers
        /// The firmware has no such client (ENOTTY): no AMT, or switched off.
        case notOffered = "not-offered"
        /// Its answer is empty: AMT is disabled.
        case disabled
        /// Another program holds its one connection.
        case busy
        /// It took the question and did not answer.
        case silent
        /// It says that it is not ready, or went away.
        case resetting
        /// Its answer is not AMTHI.
        case garbled
    }

    public var outcome: Outcome

    /// The node that was asked: `mei0`.
    public var device: Finding<String>
    /// `dev_state` before the question: `ENABLED`.
    public var deviceState: Finding<String>
    /// `fw_ver`: `11.8.93.4323`.
    public var firmwareVersion: Finding<String>

    public var amthi: Finding<Behaviour>
    /// As the BIOS calls itself.
    public var bios: Finding<String>
    /// `11.8.93`
    public var amtVersion: Finding<String>
    /// `4323`
    public var amtBuild: Finding<String>
    public var sku: Finding<SKU>
    public var provisioningState: Finding<ProvisioningState>
    public var controlMode: Finding<ControlMode>
    public var wired: Finding<LANSettings>
    public var wireless: Finding<LANSettings>
    public var security: Finding<SecurityParameters>
    public var redirection: Finding<RedirectionState>
    public var webUI: Finding<Bool>
    public var kvm: Finding<KVMState>
    public var remoteAccess: Finding<RemoteAccess>
    /// The machine's own UUID; only a person asks for it.
    public var uuid: Finding<GUID>

    /// Whether the chipset is capable of AMT, by MKHI.
    public var capable: Finding<Bool>
    /// Whether AMT is enabled, by MKHI.
    public var enabled: Finding<Bool>
    /// Whether AMT is ready, by MKHI.
    public var available: Finding<Bool>

    /// An answer in which everything is unknown for one reason.
    public init(_ outcome: Outcome, because gap: Gap? = nil) {
        let gap = gap ?? .other(outcome.says)
        self.outcome = outcome
        device = .unknown(gap)
        deviceState = .unknown(gap)
        firmwareVersion = .unknown(gap)
        amthi = .unknown(gap)
        bios = .unknown(gap)
        amtVersion = .unknown(gap)
        amtBuild = .unknown(gap)
        sku = .unknown(gap)
        provisioningState = .unknown(gap)
        controlMode = .unknown(gap)
        wired = .unknown(gap)
        wireless = .unknown(gap)
        security = .unknown(gap)
        redirection = .unknown(gap)
        webUI = .unknown(gap)
        kvm = .unknown(gap)
        remoteAccess = .unknown(gap)
        uuid = .unknown(gap)
        capable = .unknown(gap)
        enabled = .unknown(gap)
        available = .unknown(gap)
    }
}
