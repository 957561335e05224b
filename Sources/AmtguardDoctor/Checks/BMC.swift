import AmtguardCore

extension Check {
    /// A BMC (management controller) can share the network card too, and take UDP 623 (RMCP) and 664 on the host's
    /// address.
    static let bmc = Check("bmc", of: "the management controller", "whether a BMC may take ports as well") {
        examination in
        guard examination.situation.isConcerned else { return }
        let places = [("/sys/class/ipmi", "ipmi"), ("/dev", "ipmi"), ("/sys/bus/platform/devices", "ipmi_bmc")]
        for (directory, prefix) in places {
            guard let name = examination.names(in: directory).first(where: { $0.hasPrefix(prefix) }) else { continue }
            let isCovered = examination.situation.reserved?.isSuperset(of: .ofAMTsUDP) == true
            return examination.report(
                .note, "this machine has a BMC", at: Place("\(directory)/\(name)"),
                consequence:
                    "if it shares a network card and its address with this host, it takes the packets to 623 and "
                    + "664" + (isCovered ? "; the list has both" : ""),
                change: "Look at its address: ipmitool lan print. If this host has the same one, give the BMC another.")
        }
    }
}
