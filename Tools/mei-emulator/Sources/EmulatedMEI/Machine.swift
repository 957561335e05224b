/// A machine as its file describes it: values, no behaviour.
public struct Machine: Hashable, Sendable {
    /// What `/sys` shows, and how the driver behaves.
    public var hardware = Hardware()
    /// The clients that the firmware offers; an unnamed client is not offered.
    public var clients: [Client: Offer] = [.amthi: .yes, .mkhi: .yes, .mkhiFixed: .yes, .watchdog: .yes, .lme: .hidden]
    /// AMT's own values.
    public var amt = AMT()
    /// Interface 0.
    public var wired = LAN()
    /// Interface 1.
    public var wireless = LAN()
    /// GetSecurityParameters, from the first field on.
    public var security = Security()
    /// GetRedirectionState.
    public var redirection = Redirection()
    /// GetFeaturesState.
    public var features = Features()
    /// GetRemoteAccessConnectionStatus.
    public var remoteAccess = RemoteAccess()
    /// MKHI's values.
    public var mkhi = MKHI()
    /// IsChangeToAMTEnabled of the watchdog client.
    public var watchdog = Watchdog()
    /// The requests of LME to the host.
    public var lme = LME()
    /// Raw SMBIOS structures by type.
    public var smbios: [UInt8: [UInt8]] = [:]
    /// Answers with this status instead, by the name of the question.
    public var statuses: [String: UInt32] = [:]
    /// The faults, in the order of the file.
    public var faults: [FaultRule] = []
    /// Recorded pairs; a client with recorded pairs answers only those.
    public var exchanges: [Client: [Exchange]] = [:]
    /// The host's interfaces beside this firmware, for a test that sets them up.
    public var host: [HostInterface] = []
    /// The expected conclusions about this machine.
    public var expectation = Expectation()

    /// A present-day machine with AMT, not provisioned.
    public init() {}

    /// The PCI side and the driver's side.
    public struct Hardware: Hashable, Sendable {
        public var csme = true
        public var driver = true
        public var index = 0
        /// The PCI function of the CSME: domain, bus, device, function.
        public var address = "0000:00:16.0"
        public var pciDevice: UInt16 = 0x51E0
        /// Vendor and device of the host bridge, which every machine has; empty for the usual one.
        public var hostBridge: [UInt16] = []
        /// The host bridge of the machine: Intel's, unless there is no CSME and the file names no bridge.
        public var bridge: [UInt16] { hostBridge.isEmpty ? (csme ? [0x8086, 0x4601] : [0x1022, 0x14D8]) : hostBridge }
        /// Vendor and device of a network card.
        public var networkCard: [UInt16] = [0x8086, 0x1A1C]
        /// `nil`: a kernel before 5.8.
        public var kind: String? = "mei"
        public var state = DeviceState.enabled
        /// After this many milliseconds the state becomes ENABLED.
        public var stateLasts: Int?
        /// How long a reset takes after SIGUSR1.
        public var resetLasts = 1_000
        public var fwVer: String?
        public var hbmVer = "2.2"
        /// HFSTS1 to HFSTS6, in hexadecimal.
        public var fwStatus = "00000000 00000000 00000000 00000000 00000000 00000000"
        /// The index of a graphics card's node.
        public var graphics: Int?
        /// The serial function 16.3 beside the CSME.
        public var serialOverLAN = false
        /// Whether the Wi-Fi driver for AMT is loaded; it binds itself to the client SAP.
        public var iwlmei = false
        /// Milliseconds for each answer.
        public var latency = 0
    }

    /// GetCodeVersions, GetProvisioningState, GetControlMode, GetUUID and similar ones.
    public struct AMT: Hashable, Sendable {
        public var version = "16.1.25"
        public var build = "2020"
        public var sku = "16392"
        public var bios = "EMULATED"
        public var vendor = "8086"
        public var legacyMode = "False"
        public var provisioning: UInt32 = 0
        public var controlMode: UInt32 = 0
        public var provisioningMode: UInt32 = 0
        public var uuid = [UInt8](repeating: 0, count: 16)
        public var zeroTouch = true
        public var suffix = ""
        public var fqdn = ""
        public var hostBasedSetup = false
    }

    /// GetLanInterfaceSettings. All zero means that there is no such interface.
    public struct LAN: Hashable, Sendable {
        public var enabled = false
        /// The octets in the usual order.
        public var ipv4: [UInt8] = [0, 0, 0, 0]
        public var dhcp = false
        public var mode: UInt8 = 0
        public var link = false
        public var mac = [UInt8](repeating: 0, count: 6)
    }

    public struct Security: Hashable, Sendable {
        public var enterprise = false
        public var tls = false
        public var crypto = true
        /// `nil`: as in `[amt] provisioning`.
        public var provisioned: Bool?
        public var network = false
        public var sol = false
        public var ider = false
        public var update = false
        public var link = false
        public var kvm = false
    }

    public struct Redirection: Hashable, Sendable {
        public var sol = false
        public var ider = false
        public var kvm = false
    }

    public struct Features: Hashable, Sendable {
        public var webUI = false
        public var systemDefence = false
        public var eac = false
        public var iderOpen = false
        public var solOpen = false
        public var kvmActive = false
        public var kvmConsent = false
    }

    public struct RemoteAccess: Hashable, Sendable {
        /// `nil`: outside the enterprise's network before AMT is provisioned, and directly in it afterwards.
        public var network: UInt32?
        public var status: UInt32 = 0
        public var trigger: UInt32 = 0
        public var server = ""
    }

    public struct Watchdog: Hashable, Sendable {
        /// New interface, operational, enabled.
        public var answer: UInt32 = 0x83
        /// Whether the answer has four bytes, as from old firmware, or one.
        public var isLong = false
    }

    public struct LME: Hashable, Sendable {
        /// `nil`: the ports of a firmware with these settings.
        public var ports: [UInt16]?
        /// `nil`: AMT's own name.
        public var address: String?
    }

    public struct MKHI: Hashable, Sendable {
        public var capable: UInt32 = 1 << 2
        public var enabled: UInt32 = 1 << 2
        public var available: UInt32 = 1 << 2
        /// Desktop, production, corporate, AMT.
        public var platform: UInt32 = 0x1482
    }

    /// A request and the firmware's reply.
    public struct Exchange: Hashable, Sendable {
        public var request: [UInt8]
        /// `nil`: no reply came.
        public var reply: [UInt8]?
    }

    /// An interface of the host: `mei-emulator --host` prints the commands that create it.
    public struct HostInterface: Hashable, Sendable {
        public var name: String
        public var mac = [UInt8](repeating: 0, count: 6)
        /// If it differs from the current one.
        public var permanent: [UInt8]?
        public var addresses: [String] = []
        public var above: String?
        public var kind = "ethernet"
    }

    /// In the product's terms.
    public struct Expectation: Hashable, Sendable {
        public var state: String?
        public var controlMode: String?
        public var wired: String?
        public var wireless: String?
        /// The row of the address table that decides about the wired address.
        public var rule: String?
        /// The interfaces of the host that share the wired address.
        public var sharedWith: [String]?
        /// Text that must be in the evidence or the reasons.
        public var says: String?
    }
}

extension Machine.Hardware {
    /// Whether this is a PCI function as sysfs names it: `0000:80:16.0`.
    static func isAddress(_ text: String) -> Bool {
        let parts = text.split(omittingEmptySubsequences: false) { $0 == ":" || $0 == "." }
        return parts.map(\.utf8.count) == [4, 2, 2, 1] && parts.allSatisfy { UInt16($0, radix: 16) != nil }
            && Array(text.utf8)[10] == UInt8(ascii: ".")
    }
}
