// The `/sys` for the device, as ordinary files: the entries of the MEI class and bus that the kernel documents in
// Documentation/ABI/testing, the PCI functions around the CSME, and the SMBIOS structures of AMT.

import EmulatedMEI
import FoundationEssentials

/// A tree below a directory: `sys`, and beside it `dev`, `etc` and `run`.
struct SystemTree {
    /// The reason why the tree can't be created.
    struct LayoutError: Error, CustomStringConvertible {
        var description: String
    }

    let root: String
    private let machine: Machine
    private var hardware: Machine.Hardware { machine.hardware }

    /// The files on which a file system must be mounted: `dev_state` of each node.
    private(set) var stateFiles: [(path: String, device: Int)] = []

    private var csme: String { hardware.address }
    private static let mark = "sys/.mei-emulator"

    /// Creates the tree; replaces only a tree that an emulator created before.
    init(_ machine: Machine, below root: String) throws {
        self.machine = machine
        self.root = root
        let manager = FileManager.default
        if manager.fileExists(atPath: root + "/sys") {
            guard manager.fileExists(atPath: "\(root)/\(SystemTree.mark)") else {
                throw LayoutError(description: "\(root)/sys is there already, and not of an emulator's making")
            }
            try manager.removeItem(atPath: root + "/sys")
        }
        for directory in ["dev", "etc", "run", "proc", "sys/bus/pci/devices", "sys/firmware/dmi"] {
            try makeDirectory(directory)
        }
        try write("made by mei-emulator, which may replace all below sys\n", to: SystemTree.mark)
        try layOutPCI()
        if hardware.driver { try layOutDriver() }
        if !machine.smbios.isEmpty { try layOutSMBIOS() }
    }

    // MARK: PCI

    private func layOutPCI() throws {
        try function("0000:00:00.0", hardware.bridge, class: 0x060000)
        if hardware.csme {
            try function(
                csme, [0x8086, hardware.pciDevice], class: 0x078000, driver: hardware.driver ? "mei_me" : nil)
        }
        if hardware.serialOverLAN {
            try function("\(csme.dropLast())3", [0x8086, 0x51E3], class: 0x070002, driver: "serial")
        }
        try function(
            "0000:00:1f.6", hardware.networkCard, class: 0x020000,
            driver: hardware.networkCard[0] == 0x8086 ? "e1000e" : nil)
        if hardware.graphics != nil {
            try function("0000:03:00.0", [0x8086, 0x56A0], class: 0x030000, driver: "i915")
        }
    }

    /// The directory of a function's bus, below `sys/devices`: each bus here is a root of its own.
    private func bus(of address: String) -> String { "pci\(address.prefix(7))" }

    /// The directory of a function and its content.
    private func directory(of address: String) -> String { "sys/devices/\(bus(of: address))/\(address)" }

    private func function(
        _ address: String, _ numbers: [UInt16], class number: UInt32, driver: String? = nil
    ) throws {
        let directory = directory(of: address)
        let vendor = hex(UInt32(numbers[0]), 4)
        let device = hex(UInt32(numbers[1]), 4)
        let number = hex(number, 6)
        try makeDirectory(directory)
        try write("0x\(vendor)\n", to: "\(directory)/vendor")
        try write("0x\(device)\n", to: "\(directory)/device")
        try write("0x\(number)\n", to: "\(directory)/class")
        try write("0x17aa\n", to: "\(directory)/subsystem_vendor")
        try write("0x222e\n", to: "\(directory)/subsystem_device")
        let uevent =
            (driver.map { "DRIVER=\($0)\n" } ?? "")
            + "PCI_CLASS=\(number.drop { $0 == "0" }.uppercased())\nPCI_ID=\(vendor.uppercased()):\(device.uppercased())\n"
            + "PCI_SUBSYS_ID=17AA:222E\nPCI_SLOT_NAME=\(address)\n"
        try write(uevent, to: "\(directory)/uevent")
        try link("../../../bus/pci", at: "\(directory)/subsystem")
        if let driver {
            try makeDirectory("sys/bus/pci/drivers/\(driver)")
            try link("../../../bus/pci/drivers/\(driver)", at: "\(directory)/driver")
        }
        try link("../../../devices/\(bus(of: address))/\(address)", at: "sys/bus/pci/devices/\(address)")
    }

    // MARK: The driver

    private mutating func layOutDriver() throws {
        try makeDirectory("sys/class/mei")
        try makeDirectory("sys/bus/mei/devices")
        try makeDirectory("sys/bus/mei/drivers")
        if hardware.iwlmei { try makeDirectory("sys/bus/mei/drivers/iwlmei") }
        if hardware.csme {
            try node(hardware.index, parent: csme, depth: 1, kind: hardware.kind, version: version)
            for client in Client.allCases { try layOut(client) }
        }
        if let graphics = hardware.graphics {
            // The card's device is below an auxiliary device of its driver, not below the PCI function.
            try node(
                graphics, parent: "0000:03:00.0/i915.mei-gsc.768", depth: 2, kind: "gsc",
                version: "0:102.0.0.1655\n0:0.0.0.0\n0:0.0.0.0\n")
        }
    }

    private var version: String {
        if let given = hardware.fwVer { return lines(given) }
        let line = "0:\(machine.amt.version).\(machine.amt.build)\n"
        return line + line + line
    }

    private mutating func node(_ index: Int, parent: String, depth: Int, kind: String?, version: String) throws {
        let name = "mei\(index)"
        let directory = "\(directory(of: parent))/mei/\(name)"
        try makeDirectory(directory)
        if let kind { try write(kind + "\n", to: "\(directory)/kind") }
        try write("235:\(index)\n", to: "\(directory)/dev")
        try write("MAJOR=235\nMINOR=\(index)\nDEVNAME=\(name)\n", to: "\(directory)/uevent")
        try write(version, to: "\(directory)/fw_ver")
        try write(hardware.hbmVer + "\n", to: "\(directory)/hbm_ver")
        try write(hardware.hbmVer + "\n", to: "\(directory)/hbm_ver_drv")
        try write("50\n", to: "\(directory)/tx_queue_limit")
        try write(lines(hardware.fwStatus.uppercased()), to: "\(directory)/fw_status")
        // The file system for this path is mounted on it.
        try write("", to: "\(directory)/dev_state")
        stateFiles.append(("\(root)/\(directory)/dev_state", index))
        let last = parent.split(separator: "/").last ?? ""
        try link("../../../\(last)", at: "\(directory)/device")
        let up = String(repeating: "../", count: depth + 4)
        try link("\(up)class/mei", at: "\(directory)/subsystem")
        try link("../../devices/\(bus(of: parent))/\(parent)/mei/\(name)", at: "sys/class/mei/\(name)")
    }

    private func layOut(_ client: Client) throws {
        // The kernel does not show a client with more than one connection on its bus.
        guard let offer = machine.clients[client], offer == .yes || offer == .refused, client.connections < 2 else {
            return
        }
        let name = "\(csme)-\(client.uuid)"
        let directory = "\(directory(of: csme))/\(name)"
        let device = "devices/\(bus(of: csme))/\(csme)/\(name)"
        try makeDirectory(directory)
        try write(client.uuid + "\n", to: "\(directory)/uuid")
        try write("\n", to: "\(directory)/name")
        try write("01\n", to: "\(directory)/version")
        try write("\(client.connections)\n", to: "\(directory)/max_conn")
        try write(client.connections == 0 ? "1\n" : "0\n", to: "\(directory)/fixed")
        try write("\(client.mtu)\n", to: "\(directory)/max_len")
        try write("0\n", to: "\(directory)/vtag")
        let alias = "mei::\(client.uuid):01:"
        try write(alias + "\n", to: "\(directory)/modalias")
        try write(
            "MEI_CL_VERSION=1\nMEI_CL_UUID=\(client.uuid)\nMEI_CL_NAME=\nMODALIAS=\(alias)\n",
            to: "\(directory)/uevent")
        try link("../../../../bus/mei", at: "\(directory)/subsystem")
        try link("../../../\(device)", at: "sys/bus/mei/devices/\(name)")
        guard client == .sap, hardware.iwlmei else { return }
        try link("../../../../bus/mei/drivers/iwlmei", at: "\(directory)/driver")
        try link("../../../../\(device)", at: "sys/bus/mei/drivers/iwlmei/\(name)")
    }

    // MARK: SMBIOS

    private func layOutSMBIOS() throws {
        var table: [UInt8] = []
        let end: [UInt8] = [127, 4, 0xFF, 0xFE]
        let structures = machine.smbios.sorted { $0.key < $1.key }.map(\.value) + [end]
        for (position, structure) in structures.enumerated() {
            // Two zeros: no strings.
            let raw = structure + [0, 0]
            table += raw
            let directory = "sys/firmware/dmi/entries/\(structure[0])-0"
            try makeDirectory(directory)
            try write("\(structure[0])\n", to: "\(directory)/type")
            try write("\(structure[1])\n", to: "\(directory)/length")
            try write("\(Int(structure[2]) | Int(structure[3]) << 8)\n", to: "\(directory)/handle")
            try write("0\n", to: "\(directory)/instance")
            try write("\(position)\n", to: "\(directory)/position")
            try write(raw, to: "\(directory)/raw")
        }
        try makeDirectory("sys/firmware/dmi/tables")
        try write(table, to: "sys/firmware/dmi/tables/DMI")
        let count = UInt32(table.count)
        var entry: [UInt8] = Array("_SM3_".utf8) + [0, 24, 3, 0, 0, 1, 0]
        entry += (0..<4).map { UInt8(truncatingIfNeeded: count >> ($0 * 8)) }
        entry += [0, 0, 0x0F, 0, 0, 0, 0, 0]
        entry[5] = 0 &- entry.reduce(0, &+)
        try write(entry, to: "sys/firmware/dmi/tables/smbios_entry_point")
    }

    // MARK: Files

    private func makeDirectory(_ path: String) throws {
        try FileManager.default.createDirectory(atPath: "\(root)/\(path)", withIntermediateDirectories: true)
    }

    private func write(_ text: String, to path: String) throws { try write(Array(text.utf8), to: path) }

    private func write(_ bytes: [UInt8], to path: String) throws {
        try Data(bytes).write(to: URL(filePath: "\(root)/\(path)"))
    }

    private func link(_ target: String, at path: String) throws {
        if (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(root)/\(path)")) == target { return }
        try FileManager.default.createSymbolicLink(atPath: "\(root)/\(path)", withDestinationPath: target)
    }

    /// One line per word, as the kernel prints attributes with several values.
    private func lines(_ words: String) -> String { words.split(separator: " ").map { $0 + "\n" }.joined() }

    private func hex(_ value: UInt32, _ digits: Int) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: max(digits - text.count, 0)) + text
    }
}
