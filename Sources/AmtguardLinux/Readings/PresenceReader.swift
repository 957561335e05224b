// What /sys shows of AMT, without a privilege and without opening a device.

public import AmtguardCore
import SystemPackage

/// The AMT host interface of the firmware, the client that only a machine with AMT offers.
private let amthi = "12f80028-b4b7-4b2d-aca8-46e0ff65814c"

/// Reads what `/sys` shows of AMT; `Presence.failures` says what could not be read.
public func readPresence(in root: borrowing RootDirectory) -> Presence {
    var reader = PresenceReader()
    let functions = reader.names(.pci, in: root)
    let candidates = (functions ?? []).filter(isCSMEAddress).map { reader.function($0, in: root) }
    let devices = (reader.names(.devices, in: root) ?? []).map { reader.device($0, in: root) }
    let parents = reader.parentsOfferingAMTHI(in: root)
    return Presence(
        // A function at the place of the CSME that can't be read may be a CSME.
        pciFunctions: candidates.allSatisfy { $0.isHECI != nil } ? functions?.count : nil,
        heci: candidates.filter { $0.isHECI == true }.map(\.name),
        devices: devices, offeringAMTHI: parents, controllers: readControllers(in: root), failures: reader.failures)
}

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

/// The CSME's own functions are 00:16.0 to 00:16.7 by Intel's wiring; a HECI of a graphics card is not on this bus.
private func isCSMEAddress(_ name: String) -> Bool {
    let address = name.utf8
    guard let colon = address.firstIndex(of: UInt8(ascii: ":")) else { return false }
    return address[colon...].starts(with: ":00:16.".utf8) && address[colon...].count == 8
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

    /// A function of the PCI bus, and whether it is a HECI; `nil` if its kind can't be read.
    mutating func function(_ name: String, in root: borrowing RootDirectory) -> (name: String, isHECI: Bool?) {
        let directory = FilePath(Presence.Part.pci.path).appending(name)
        guard let vendor = attribute("vendor", of: directory, .pci, in: root),
            let kind = attribute("class", of: directory, .pci, in: root)
        else { return (name, nil) }
        return (name, vendor.lowercased() == "0x8086" && kind.lowercased().hasPrefix("0x0780"))
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

    mutating func parentsOfferingAMTHI(in root: borrowing RootDirectory) -> [String] {
        var parents: [String] = []
        for entry in names(.clients, in: root) ?? [] {
            let path = FilePath(Presence.Part.clients.path).appending(entry)
            let uuid = attribute("uuid", of: path, .clients, in: root)?.lowercased()
            let name = entry.lowercased()
            // If the attribute can't be read, the name contains the UUID too: `PARENT-UUID` since Linux 5.5, before
            // that `mei:NAME:UUID:01`.
            guard uuid == amthi || name.hasSuffix("-" + amthi) || name.split(separator: ":").contains(amthi[...])
            else { continue }
            let parent = printable(parent(ofEntry: entry, at: path, in: root).utf8)
            if !parents.contains(parent) { parents.append(parent) }
        }
        return parents
    }

    /// The entry is a link to `…/0000:00:16.0/ENTRY`. If it is not a link, the new form of the name begins with the
    /// parent. The old form does not contain the parent, so the name itself is used.
    private mutating func parent(
        ofEntry entry: String, at path: FilePath, in root: borrowing RootDirectory
    ) -> String {
        if let target = target(of: path, .clients, in: root), let parent = target.removingLastComponent().lastComponent,
            parent.kind == .regular
        {
            return parent.string
        }
        let suffix = "-" + amthi
        guard entry.lowercased().hasSuffix(suffix), entry.utf8.count > suffix.utf8.count else { return "unknown" }
        return String(decoding: entry.utf8.dropLast(suffix.utf8.count), as: UTF8.self)
    }

    /// The names in the directory of a part; `nil` if the directory does not exist or could not be read.
    mutating func names(_ part: Presence.Part, in root: borrowing RootDirectory) -> [String]? {
        do {
            return try root.names(in: FilePath(part.path))
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

    /// Notes a failure. A file that does not exist, or has disappeared in the meantime, is not a failure.
    private mutating func note(_ error: Errno, _ part: Presence.Part) {
        switch error {
        case .noSuchFileOrDirectory, .notDirectory, .operationNotSupportedByDevice: break
        default: failures[part] = failures[part] ?? ReadingFailure(error)
        }
    }
}
