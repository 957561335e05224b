import AmtguardCore

/// Kernel settings that limit which ports the kernel chooses.
extension Examination {
    /// The ports of `32768 60999`; `nil` if that is no range.
    static func range(_ text: String) -> ClosedRange<UInt16>? {
        let words = text.split(whereSeparator: \.isWhitespace)
        guard words.count == 2, let low = UInt16(words[0]), let high = UInt16(words[1]), low <= high else { return nil }
        return low...high
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
