/// The systemd unit of a control group.
///
/// A unit's group is below the slices: `/system.slice/systemd-sysctl.service`. For deeper groups the same unit counts,
/// because a container manager names its groups freely, and `systemctl` on this host shows only the first unit. Only a
/// user manager, `user@1000.service`, has its own units below, again below slices.
package enum ControlGroup {
    /// The unit in the text of `/proc/PID/cgroup`; `nil` for a process outside of any unit, and for invalid text.
    package static func unit(cgroup text: [UInt8]) -> String? {
        let lines = text.split(separator: UInt8(ascii: "\n"))
        // Version 2 has the id 0 and no controller. If its path is empty, systemd keeps its tree in a version 1 group.
        for prefix in [":name=systemd:", "0::"].reversed() {
            for line in lines {
                let path: ArraySlice<UInt8>
                if prefix.hasPrefix(":") {
                    guard let colon = line.firstIndex(of: UInt8(ascii: ":")),
                        line[colon...].starts(with: prefix.utf8)
                    else { continue }
                    path = line[colon...].dropFirst(prefix.utf8.count)
                } else {
                    guard line.starts(with: prefix.utf8) else { continue }
                    path = line.dropFirst(prefix.utf8.count)
                }
                if let unit = unit(path: path) { return unit }
            }
        }
        return nil
    }

    private static func unit(path: ArraySlice<UInt8>) -> String? {
        guard path.first == UInt8(ascii: "/") else { return nil }
        var parts = path.split(separator: UInt8(ascii: "/")).map(unescaped)[...]
        parts = parts.drop { isSlice($0) || $0.elementsEqual("..".utf8) }
        guard let part = parts.popFirst(), let unit = name(part) else { return nil }
        guard unit.hasPrefix("user@"), unit.hasSuffix(".service") else { return unit }
        return parts.first { !isSlice($0) }.flatMap(name) ?? unit
    }

    /// systemd puts a `_` before a name that would look like a file of the control group itself.
    private static func unescaped(_ part: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        part.first == UInt8(ascii: "_") ? part.dropFirst() : part
    }

    private static func isSlice(_ part: ArraySlice<UInt8>) -> Bool {
        name(part)?.hasSuffix(".slice") == true
    }

    private static let suffixes = [".service", ".scope", ".slice", ".socket", ".mount", ".swap"]

    /// The part as a unit's name: at most 255 of the characters that systemd allows there, and a known suffix.
    private static func name(_ part: ArraySlice<UInt8>) -> String? {
        guard part.count <= 255, part.allSatisfy(isAllowed) else { return nil }
        let text = String(decoding: part, as: UTF8.self)
        return suffixes.contains { text.hasSuffix($0) && text.utf8.count > $0.utf8.count } ? text : nil
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: ":"), UInt8(ascii: "-"), UInt8(ascii: "_"),
            UInt8(ascii: "."), UInt8(ascii: "\\"), UInt8(ascii: "@"):
            true
        default: false
        }
    }
}
