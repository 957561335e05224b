/// What `/sys` shows of AMT without any privilege and without opening a device: readings, no judgement.
public struct Presence: Hashable, Sendable {
    /// A MEI device node, `/sys/class/mei/meiN`.
    public struct Device: Hashable, Sendable {
        /// `mei0`. The index means nothing: a graphics card may have it.
        public var name: String
        /// `kind`; `nil` before Linux 5.8.
        public var kind: String?
        /// `dev_state`, for example `ENABLED`; `nil` before Linux 5.1.
        public var state: String?
        /// The first line of `fw_ver`, without the platform: `16.1.25.2124`; `nil` if the driver has none.
        public var firmwareVersion: String?
        /// The name of its parent, for the CSME a PCI address: `0000:00:16.0`.
        public var parent: String?

        /// A node; `nil` for an attribute that the kernel does not have.
        public init(name: String, kind: String?, state: String?, firmwareVersion: String?, parent: String?) {
            self.name = name
            self.kind = kind
            self.state = state
            self.firmwareVersion = firmwareVersion
            self.parent = parent
        }
    }

    /// A part of `/sys` that is read separately.
    public enum Part: String, Hashable, Sendable, CaseIterable {
        /// The functions on the PCI bus: `pciFunctions`, `heci`, `serialOverLAN`, `trustedEngines`, and the rest of
        /// `machine`.
        case pci
        /// The MEI device nodes: `devices`.
        case devices
        /// The firmware's clients: `offeringAMTHI`, `offeringWatchdog`.
        case clients
        /// The names of the machine: `machine.hypervisor`.
        case machine

        /// Its directory.
        public var path: String {
            switch self {
            case .pci: "/sys/bus/pci/devices"
            case .devices: "/sys/class/mei"
            case .clients: "/sys/bus/mei/devices"
            case .machine: "/sys/class/dmi/id"
            }
        }
    }

    /// How many functions the PCI bus shows; `nil` if it could not be read.
    public var pciFunctions: Int?
    /// The interfaces of the CSME: `PCIFunction.isEngine`, and those that carry a MEI node.
    public var heci: [String]
    /// AMT's serial ports (SOL).
    public var serialOverLAN: [String]
    /// The TXE of an Atom processor, unless it carries a MEI node: then it is in `heci`.
    public var trustedEngines: [String]
    /// All MEI devices, including those of graphics cards.
    public var devices: [Device]
    /// The parents that offer the AMTHI client on `/sys/bus/mei/devices`.
    public var offeringAMTHI: [String]
    /// The parents that offer AMT's watchdog there.
    public var offeringWatchdog: [String]
    /// The driver of the CSME.
    public var driver: Driver
    /// The kind of machine, which decides what a missing engine means.
    public var machine: Machine
    /// The IPMI devices, such as `ipmi0`. Each means that the machine has a BMC. `nil` if they could not be read.
    public var controllers: [String]?
    /// The parts that could not be read completely. A part that does not exist is not a failure.
    public var failures: [Part: ReadingFailure]
    /// The parts that were never read successfully.
    var unseen: Set<Part>

    /// A reading of `/sys`.
    public init(
        pciFunctions: Int?, heci: [String], devices: [Device], offeringAMTHI: [String],
        offeringWatchdog: [String] = [], serialOverLAN: [String] = [], trustedEngines: [String] = [],
        driver: Driver = .missing, machine: Machine = Machine(), controllers: [String]? = [],
        failures: [Part: ReadingFailure] = [:]
    ) {
        self.pciFunctions = pciFunctions
        self.heci = heci
        self.devices = devices
        self.offeringAMTHI = offeringAMTHI
        self.offeringWatchdog = offeringWatchdog
        self.serialOverLAN = serialOverLAN
        self.trustedEngines = trustedEngines
        self.driver = driver
        self.machine = machine
        self.controllers = controllers
        self.failures = failures
        unseen = Set(failures.keys)
    }
}
