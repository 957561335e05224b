/// The firmware's statements about AMT, each known, or unknown with a reason: readings, no judgement.
public struct FirmwareAnswer: Hashable, Sendable {
    /// How the AMT host interface behaved.
    public enum Behaviour: String, Hashable, Sendable, CaseIterable {
        /// It answers.
        case answers
        /// The firmware does not offer this client (ENOTTY): there is no AMT, or it is switched off.
        case notOffered = "not-offered"
        /// Its answer is empty: AMT is disabled.
        case disabled
        /// Another program has its only connection.
        case busy
        /// It accepted the question and did not answer.
        case silent
        /// It reports that it is not ready, or it disappeared.
        case resetting
        /// Its answer is not AMTHI.
        case garbled
    }

    /// How the conversation went as a whole.
    public var outcome: Outcome

    /// The node that was asked: `mei0`.
    public var device: Finding<String> = .unsaid
    /// `dev_state` before the question: `ENABLED`.
    public var deviceState: Finding<String> = .unsaid
    /// `fw_ver`: `11.8.93.4323`.
    public var firmwareVersion: Finding<String> = .unsaid

    /// How AMTHI's client behaved, even if nothing else is known.
    public var amthi: Finding<Behaviour> = .unsaid
    /// The BIOS's version in its own notation.
    public var bios: Finding<String> = .unsaid
    /// `11.8.93`
    public var amtVersion: Finding<String> = .unsaid
    /// `4323`
    public var amtBuild: Finding<String> = .unsaid
    /// The product, by GetCodeVersions.
    public var sku: Finding<SKU> = .unsaid
    /// Whether AMT is set up, by AMTHI.
    public var provisioningState: Finding<ProvisioningState> = .unsaid
    /// The control mode, by AMTHI; firmware before AMT 6.2 does not have the command.
    public var controlMode: Finding<ControlMode> = .unsaid
    /// The settings of AMT's wired interface.
    public var wired: Finding<LANSettings> = .unsaid
    /// The settings of AMT's wireless interface.
    public var wireless: Finding<LANSettings> = .unsaid
    /// TLS and the state of the services, by GetSecurityParameters.
    public var security: Finding<SecurityParameters> = .unsaid
    /// Which services of 16994 and 16995 are on.
    public var redirection: Finding<RedirectionState> = .unsaid
    /// Whether the web page on 16992 and 16993 is on.
    public var webUI: Finding<Bool> = .unsaid
    /// Whether a remote user views the screen now.
    public var kvm: Finding<KVMState> = .unsaid
    /// The tunnel that AMT itself opens, and the network in which AMT assumes to be.
    public var remoteAccess: Finding<RemoteAccess> = .unsaid
    /// Which replies were longer than this version expects, and by how much; `none`.
    public var surplus: Finding<String> = .unsaid
    /// The machine's own UUID; only read on request.
    public var uuid: Finding<GUID> = .unsaid

    /// Whether the chipset is capable of AMT, by MKHI.
    public var capable: Finding<Bool> = .unsaid
    /// Whether AMT is enabled, by MKHI.
    public var enabled: Finding<Bool> = .unsaid
    /// Whether AMT is switched on, by the watchdog client.
    public var amtSwitch: Finding<AMTSwitch> = .unsaid
    /// Whether AMT is ready, by MKHI.
    public var available: Finding<Bool> = .unsaid

    /// An answer in which everything is unknown for one reason.
    public init(_ outcome: Outcome, because gap: Gap? = nil) {
        self.outcome = outcome
        let gap = gap ?? .other(outcome.says)
        for row in Self.rows { row.miss(&self, gap) }
    }
}
