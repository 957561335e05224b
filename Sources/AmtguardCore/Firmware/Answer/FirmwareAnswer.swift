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

    /// How the conversation went as a whole.
    public var outcome: Outcome

    /// The node that was asked: `mei0`.
    public var device: Finding<String> = .unsaid
    /// `dev_state` before the question: `ENABLED`.
    public var deviceState: Finding<String> = .unsaid
    /// `fw_ver`: `11.8.93.4323`.
    public var firmwareVersion: Finding<String> = .unsaid

    /// How AMTHI's client behaved, whatever else is known.
    public var amthi: Finding<Behaviour> = .unsaid
    /// As the BIOS calls itself.
    public var bios: Finding<String> = .unsaid
    /// `11.8.93`
    public var amtVersion: Finding<String> = .unsaid
    /// `4323`
    public var amtBuild: Finding<String> = .unsaid
    /// What the firmware was sold as, by GetCodeVersions.
    public var sku: Finding<SKU> = .unsaid
    /// Whether AMT is set up, by AMTHI.
    public var provisioningState: Finding<ProvisioningState> = .unsaid
    /// In which way AMT is provisioned, by AMTHI; firmware before AMT 6.2 does not have the command.
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
    /// The tunnel that AMT itself opens, and where AMT thinks it is.
    public var remoteAccess: Finding<RemoteAccess> = .unsaid
    /// Which replies were longer than is known here, and by how much; `none`.
    public var surplus: Finding<String> = .unsaid
    /// The machine's own UUID; only a person asks for it.
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
