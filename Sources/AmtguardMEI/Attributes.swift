import AmtguardCore
import AmtguardLinux
import SystemPackage

/// The `/sys` attributes of a device and of its machine, for a recording.
enum Attributes {
    /// The existing attributes of a node; several lines are joined by spaces.
    static func read(of name: String, parent: String?, in root: borrowing RootDirectory) -> [Recording.Header] {
        let directory = FilePath("/sys/class/mei").appending(name)
        var attributes = [Recording.Header(name: "name", value: name)]
        if let parent { attributes.append(Recording.Header(name: "parent", value: parent)) }
        for attribute in ["kind", "dev_state", "fw_ver", "fw_status", "hbm_ver", "hbm_ver_drv"] {
            let lines = lines(directory.appending(attribute), in: root)
            guard !lines.isEmpty else { continue }
            attributes.append(Recording.Header(name: attribute, value: lines.joined(separator: " ")))
        }
        return attributes
    }

    /// Where and when it was recorded. The serial number is included only on request; it needs root as well.
    static func headers(unmasked: Bool, in root: borrowing RootDirectory) -> [Recording.Header] {
        func header(_ name: String, _ value: String) -> Recording.Header { .init(name: name, value: value) }
        let dmi = FilePath("/sys/class/dmi/id")
        var headers = [
            header("program", "amtguard-firmware \(amtguardVersion)"), header("date", Moment.now().iso8601),
            header("masked", unmasked ? "no" : "yes"),
        ]
        for (name, file) in [
            ("vendor", "sys_vendor"), ("machine", "product_name"), ("model", "product_version"),
            ("bios", "bios_version"),
        ] {
            if let line = line(dmi.appending(file), in: root) { headers.append(header(name, line)) }
        }
        if unmasked, let serial = line(dmi.appending("product_serial"), in: root) {
            headers.append(header("serial", serial))
        }
        if let kernel = line("/proc/sys/kernel/osrelease", in: root) { headers.append(header("kernel", kernel)) }
        return headers
    }

    /// The first version of `fw_ver` without the platform before it.
    static func version(_ lines: String) -> String? {
        let line = lines.prefix { $0 != " " }
        guard let colon = line.firstIndex(of: ":") else { return nil }
        let version = String(line[colon...].dropFirst())
        return version.isEmpty ? nil : version
    }

    private static func line(_ path: FilePath, in root: borrowing RootDirectory) -> String? {
        lines(path, in: root).first
    }

    private static func lines(_ path: FilePath, in root: borrowing RootDirectory) -> [String] {
        guard let bytes = try? root.readFile(path, atMost: 4_096) else { return [] }
        // No attribute has more lines; the longest is fw_status.
        return bytes.split(separator: UInt8(ascii: "\n")).prefix(6).map {
            printable($0, atMost: 80).filter(\.isASCII)
        }
    }
}
