// What /sys shows of AMT without a privilege and without opening a device.

public import AmtguardCore
import SystemPackage

/// The AMT host interface of the firmware, a client that only a machine with AMT offers.
private let amthi = "12f80028-b4b7-4b2d-aca8-46e0ff65814c"
/// AMT's watchdog, also a client that only a machine with AMT offers.
private let watchdog = "05b79a6f-4628-4d7f-899d-a91514cb32ab"

/// Reads what `/sys` shows of AMT; `Presence.failures` says what could not be read.
public func readPresence(in root: borrowing RootDirectory) -> Presence {
    var reader = PresenceReader()
    let names = reader.names(.pci, in: root, atMost: mostFunctions)
    let devices = (reader.names(.devices, in: root) ?? []).map { reader.device($0, in: root) }
    let bus = reader.bus(names ?? [], devices, in: root)
    let amthi = reader.parents(offering: amthi, in: root)
    let watchdog = reader.parents(offering: watchdog, in: root)
    var machine = Presence.Machine(chipset: bus.chipset)
    // The kind of machine matters only if nothing shows an engine.
    if bus.engines.isEmpty, let names {
        machine.hypervisor = reader.hypervisor(in: root)
        if machine.hypervisor != nil { machine.networkCards = reader.networkCards(names, in: root) }
    }
    return Presence(
        pciFunctions: bus.isComplete ? names?.count : nil, heci: bus.engines, devices: devices, offeringAMTHI: amthi,
        offeringWatchdog: watchdog, serialOverLAN: bus.serialPorts, trustedEngines: bus.trustedEngines,
        driver: reader.driver(of: bus.engines + bus.trustedEngines, in: root), machine: machine,
        controllers: readControllers(in: root), failures: reader.failures)
}

/// The number of functions that one domain of the PCI bus can have.
private let mostFunctions = 65_536
/// In a virtual machine, each function is examined. A bus with more functions belongs to a host.
private let mostOfGuest = 4_096

/// The names of the IPMI devices of a BMC. ACPI and SMBIOS make the kernel create such a device even if its driver is
/// not loaded. `nil` if they can't be read.
private func readControllers(in root: borrowing RootDirectory) -> [String]? {
    do {
        let interfaces = try namesIfAny(in: "/sys/class/ipmi", of: root)
        guard interfaces.isEmpty else { return interfaces.map { printable($0.utf8) } }
        return try namesIfAny(in: "/sys/bus/platform/devices", of: root)
            .filter { $0.hasPrefix("IPI0001:") || $0.hasPrefix("dmi-ipmi-") }
            .map { printable($0.utf8) }
    } catch {
        return nil
    }
}

private func namesIfAny(in directory: FilePath, of root: borrowing RootDirectory) throws(Errno) -> [String] {
    do {
        return try root.names(in: directory)
    } catch .noSuchFileOrDirectory {
        return []
    }
}

/// `0:16.1.25.2124`: platform and version. The driver prints zeros if the firmware did not report it.
private func version(line: String) -> String? {
    guard let text = line.split(separator: ":", maxSplits: 1).last, line.contains(":") else { return nil }
    let numbers = text.split(separator: ".", omittingEmptySubsequences: false)
    guard numbers.count == 4, numbers.allSatisfy({ UInt16($0) != nil }), numbers.contains(where: { UInt16($0) != 0 })
    else { return nil }
    return String(text)
}

/// One reading, and the parts that failed so far.
private struct PresenceReader {
    var failures: [Presence.Part: ReadingFailure] = [:]

    /// What the PCI bus shows of an engine and of the chipset.
    struct Bus {
        var engines: [String] = []
        var serialPorts: [String] = []
        var trustedEngines: [String] = []
        var chipset: Presence.Machine.Chipset?
        /// Whether all functions at an engine's address could be read: an unreadable one may be an engine.
        var isComplete = true
    }

    mutating func bus(_ names: [String], _ devices: [Presence.Device], in root: borrowing RootDirectory) -> Bus {
        var bus = Bus()
        let parents = Set(devices.filter(\.isOfCSME).compactMap(\.parent))
        for name in names {
            guard let address = PCIAddress(name) else { continue }
            let isParent = parents.contains(name)
            guard address.isOfEngine || address.isFirst || isParent else { continue }
            guard let function = function(name, address, in: root) else {
                if !address.isFirst { bus.isComplete = false }
                continue
            }
            if address.isFirst { bus.chipset = Presence.Machine.Chipset(function) }
            if function.isEngine || (isParent && function.canCarryNode) {
                bus.engines.append(name)
            } else if function.isTXE {
                bus.trustedEngines.append(name)
            } else if function.isSerialOverLAN {
                bus.serialPorts.append(name)
            }
        }
        return bus
    }

    /// A function of the PCI bus; `nil` if it can't be read.
    private mutating func function(
        _ name: String, _ address: PCIAddress, in root: borrowing RootDirectory
    ) -> PCIFunction? {
        let directory = FilePath(Presence.Part.pci.path).appending(name)
        guard let vendor = number("vendor", of: directory, in: root).flatMap(UInt16.init(exactly:)),
            let kind = number("class", of: directory, in: root)
        else { return nil }
        return PCIFunction(address, vendor: vendor, kind: kind)
    }

    /// An attribute of a function: `0x8086`.
    private mutating func number(
        _ name: String, of directory: FilePath, in root: borrowing RootDirectory
    ) -> UInt32? {
        guard let text = attribute(name, of: directory, .pci, in: root), text.hasPrefix("0x") else { return nil }
        return UInt32(text.dropFirst(2), radix: 16)
    }

    /// The network cards of Intel that are passed through; `nil` if there are too many functions, or one can't be read.
    mutating func networkCards(_ names: [String], in root: borrowing RootDirectory) -> [String]? {
        guard names.count <= mostOfGuest else { return nil }
        var cards: [String] = []
        for name in names {
            guard let address = PCIAddress(name), let function = function(name, address, in: root) else { return nil }
            guard function.isIntelsNetworkCard else { continue }
            let directory = FilePath(Presence.Part.pci.path).appending(name)
            func text(_ attribute: String) -> String {
                self.attribute(attribute, of: directory, .pci, in: root)?.lowercased() ?? ""
            }
            let isImitated = Presence.Machine.isImitated(
                device: text("device"), subsystemVendor: text("subsystem_vendor"),
                subsystemDevice: text("subsystem_device"))
            if !isImitated { cards.append(name) }
        }
        return cards
    }

    /// The hypervisor of this virtual machine; `nil` if it is no virtual machine, or unknown.
    mutating func hypervisor(in root: borrowing RootDirectory) -> String? {
        // Xen's privileged domain, which sees the real hardware, has the uuid zero.
        if let type = attribute("type", of: "/sys/hypervisor", .machine, in: root), type == "xen",
            let id = attribute("uuid", of: "/sys/hypervisor", .machine, in: root),
            id.contains(where: { $0.isLetter })
                || id.contains(where: { ("1"..."9").contains($0) })
        {
            return "Xen"
        }
        let directory = FilePath(Presence.Part.machine.path)
        let vendor = attribute("sys_vendor", of: directory, .machine, in: root) ?? ""
        let product = attribute("product_name", of: directory, .machine, in: root) ?? ""
        guard let name = Presence.Machine.hypervisor(vendor: vendor, product: product) else { return nil }
        return isGuest(in: root) ? name : nil
    }

    /// Whether the processor has the flag `hypervisor`.
    private mutating func isGuest(in root: borrowing RootDirectory) -> Bool {
        do {
            // The first processor's lines have about 2 KiB. On old kernels a complete read would interrupt each
            // processor.
            let text = try root.readStart(of: "/proc/cpuinfo", atMost: 8_192)
            let flags = text.split(separator: UInt8(ascii: "\n")).first { $0.starts(with: "flags".utf8) }
            return flags?.split(separator: UInt8(ascii: " ")).contains { $0.elementsEqual("hypervisor".utf8) } ?? false
        } catch {
            note(error, .machine)
            return false
        }
    }

    /// The driver of the first of these functions.
    mutating func driver(of functions: [String], in root: borrowing RootDirectory) -> Presence.Driver {
        guard let first = functions.first else { return .missing }
        let link = FilePath(Presence.Part.pci.path).appending(first).appending("driver")
        if let driver = target(of: link, .pci, in: root)?.lastComponent, !driver.string.hasPrefix("mei_") {
            return .other(printable(driver.string.utf8))
        }
        // The second directory exists only if the driver is a module.
        let isLoaded = ["/sys/bus/pci/drivers/mei_me", "/sys/module/mei_me"].contains { path in
            (try? root.openDirectory(FilePath(path))) != nil
        }
        return isLoaded ? .loaded : .missing
    }

    mutating func device(_ name: String, in root: borrowing RootDirectory) -> Presence.Device {
        let directory = FilePath(Presence.Part.devices.path).appending(name)
        let parent = target(of: directory.appending("device"), .devices, in: root)?.lastComponent
        return Presence.Device(
            name: printable(name.utf8),
            kind: attribute("kind", of: directory, .devices, in: root),
            state: attribute("dev_state", of: directory, .devices, in: root),
            firmwareVersion: attribute("fw_ver", of: directory, .devices, in: root).flatMap(version(line:)),
            parent: parent.map { printable($0.string.utf8) })
    }

    /// The parents of the nodes on which the firmware offers this client.
    mutating func parents(offering client: String, in root: borrowing RootDirectory) -> [String] {
        var parents: [String] = []
        for entry in names(.clients, in: root) ?? [] {
            let path = FilePath(Presence.Part.clients.path).appending(entry)
            let uuid = attribute("uuid", of: path, .clients, in: root)?.lowercased()
            let name = entry.lowercased()
            // If the attribute can't be read, the name still contains the UUID: `PARENT-UUID` since Linux 5.5, before
            // that `mei:NAME:UUID:01`.
            guard uuid == client || name.hasSuffix("-" + client) || name.split(separator: ":").contains(client[...])
            else { continue }
            let parent = printable(parent(ofEntry: entry, of: client, at: path, in: root).utf8)
            if !parents.contains(parent) { parents.append(parent) }
        }
        return parents
    }

    /// The entry is a link to `…/0000:00:16.0/ENTRY`. If it is no link, the new form of the name begins with the
    /// parent. The old form does not contain the parent, so the name itself is used.
    private mutating func parent(
        ofEntry entry: String, of client: String, at path: FilePath, in root: borrowing RootDirectory
    ) -> String {
        if let target = target(of: path, .clients, in: root), let parent = target.removingLastComponent().lastComponent,
            parent.kind == .regular
        {
            return parent.string
        }
        let suffix = "-" + client
        guard entry.lowercased().hasSuffix(suffix), entry.utf8.count > suffix.utf8.count else { return "unknown" }
        return String(decoding: entry.utf8.dropLast(suffix.utf8.count), as: UTF8.self)
    }

    /// The names in the directory of a part; `nil` if the directory does not exist or could not be read.
    mutating func names(
        _ part: Presence.Part, in root: borrowing RootDirectory, atMost limit: Int = 4_096
    ) -> [String]? {
        do {
            return try root.names(in: FilePath(part.path), atMost: limit)
        } catch {
            note(error, part)
            return nil
        }
    }

    /// The first line of an attribute, printable; `nil` if it does not exist, is empty, or could not be read.
    private mutating func attribute(
        _ name: String, of directory: FilePath, _ part: Presence.Part, in root: borrowing RootDirectory
    ) -> String? {
        do {
            let bytes = try root.readFile(directory.appending(name), atMost: 4_096)
            let line = bytes.prefix { $0 != UInt8(ascii: "\n") }
            return line.isEmpty ? nil : printable(line)
        } catch {
            note(error, part)
            return nil
        }
    }

    private mutating func target(
        of link: FilePath, _ part: Presence.Part, in root: borrowing RootDirectory
    ) -> FilePath? {
        do {
            return try root.target(of: link)
        } catch .invalidArgument {  // It is not a link.
            return nil
        } catch {
            note(error, part)
            return nil
        }
    }

    /// Records a failure. A file that does not exist, or has disappeared in the meantime, is no failure.
    private mutating func note(_ error: Errno, _ part: Presence.Part) {
        switch error {
        case .noSuchFileOrDirectory, .notDirectory, .operationNotSupportedByDevice: break
        default: failures[part] = failures[part] ?? ReadingFailure(error)
        }
    }
}
