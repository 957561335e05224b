import AmtguardCore

/// Kernel settings that limit which ports the kernel chooses.
extension Examination {
    /// The ports of `32768 60999`; `nil` if that is no range.
    static func range(_ text: String) -> ClosedRange<UInt16>? {
        let words = text.split(whereSeparator: \.isWhitespace)
        guard words.count == 2, let low = UInt16(words[0]), let high = UInt16(words[1]), low <= high else { return nil }
        return low...high
    }

    /// Where a setting of the kernel got its value: the last line of sysctl.d that fits, or the kernel's own file.
    ///
    /// - Parameter setting: A path below `/proc/sys`.
    func place(of setting: String, where fits: (_ value: String) -> Bool) -> Place {
        assignments(of: setting).all.last { fits($0.value) }?.place ?? Place("/proc/sys/\(setting)")
    }

    /// The first port that needs no privilege. The kernel never chooses a port below it.
    var unprivilegedStart: UInt16 {
        attribute("/proc/sys/net/ipv4/ip_unprivileged_port_start").flatMap { UInt16($0.trimmed) } ?? 1024
    }

    /// The required ports that the kernel could choose from this range, if the list did not exist.
    func required(within range: ClosedRange<UInt16>) -> PortSet {
        let start = unprivilegedStart
        guard start <= range.upperBound else { return PortSet() }
        return situation.required.intersection(PortSet(max(range.lowerBound, start)...range.upperBound))
    }
}
