// The kind of machine. It decides what a missing management engine means.

extension Presence {
    /// The machine around the engine.
    public struct Machine: Hashable, Sendable {
        /// The maker of the chipset, by the function 0000:00:00.0.
        public enum Chipset: Hashable, Sendable {
            /// Intel's, so a missing engine means something.
            case intel
            /// Another vendor's host bridge: its number, `0x1022`.
            case other(String)
        }

        /// `nil` if that is unknown.
        public var chipset: Chipset?
        /// The name of the hypervisor of a virtual machine; `nil` if this is no virtual machine, or unknown.
        public var hypervisor: String?
        /// Intel's network cards that are passed through to a virtual machine; `nil` if unknown. Not read on any other
        /// machine.
        public var networkCards: [String]?

        /// The readings; by default everything is unknown.
        public init(chipset: Chipset? = nil, hypervisor: String? = nil, networkCards: [String]? = nil) {
            self.chipset = chipset
            self.hypervisor = hypervisor
            self.networkCards = networkCards
        }
    }

    /// The driver of the engine's function.
    public enum Driver: Hashable, Sendable {
        /// `mei_me` is not loaded.
        case missing
        /// It is loaded.
        case loaded
        /// Another driver has the function, such as `vfio-pci`.
        case other(String)
    }
}

extension Presence.Machine.Chipset {
    /// The chipset of the machine with this first function. A vendor other than Intel counts only for a host bridge.
    /// Intel counts for any class, because some servers have another function of Intel there.
    public init?(_ function: PCIFunction) {
        if function.isIntels {
            self = .intel
        } else if function.kind >> 8 == 0x0600 {
            let digits = String(function.vendor, radix: 16)
            self = .other("0x" + String(repeating: "0", count: 4 - digits.count) + digits)
        } else {
            return nil
        }
    }
}

extension Presence.Machine {
    /// The hypervisor that these two texts of DMI name; `nil` if they name none.
    ///
    /// The texts alone prove nothing: Amazon and Google use the same on bare-metal machines that they rent out. The
    /// caller also needs the processor's flag `hypervisor`. That flag alone proves nothing either, because the
    /// privileged domain of Xen and the root partition of Hyper-V have it too, and see the real hardware.
    public static func hypervisor(vendor: String, product: String) -> String? {
        switch (vendor, product) {
        case ("QEMU", _), (_, "KVM"), ("Red Hat", _), ("KubeVirt", _), ("OpenStack Foundation", _): "QEMU or KVM"
        case ("VMware, Inc.", _): "VMware"
        case ("Microsoft Corporation", "Virtual Machine"): "Hyper-V"
        case ("Xen", _): "Xen"
        case ("innotek GmbH", _), (_, "VirtualBox"): "VirtualBox"
        case ("Google", "Google Compute Engine"): "Google Compute Engine"
        case ("Amazon EC2", _): "Amazon EC2"
        case ("Bochs", _): "Bochs"
        case ("BHYVE", _), (_, "BHYVE"): "bhyve"
        case _ where vendor.hasPrefix("Parallels"): "Parallels"
        case _ where vendor.hasPrefix("VMware"): "VMware"
        default: nil
        }
    }

    /// Whether a hypervisor emulates this network card of Intel. These cards are older than AMT, and no machine with
    /// AMT has one. The 82574L (10d3) is also sold as hardware; its subsystem tells the difference.
    public static func isImitated(device: String, subsystemVendor: String, subsystemDevice: String) -> Bool {
        switch device {
        // 82540EM, 82543GC, 82544GC, 82545EM, 82551IT, 82557
        case "0x100e", "0x1004", "0x1008", "0x100f", "0x1209", "0x1229": true
        case "0x10d3": ["0x1af4", "0x15ad"].contains(subsystemVendor) || subsystemDevice == "0x0000"
        default: false
        }
    }
}
