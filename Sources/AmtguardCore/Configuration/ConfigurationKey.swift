/// A key of `amtguard.conf`, with all data for the parser, its messages and the manual.
public enum ConfigurationKey: String, CaseIterable, Sendable {
    /// When ports are required: `Configuration.mode`.
    case mode = "Mode"
    /// Replaces the set of guarded ports.
    case ports = "Ports"
    /// Adds to the guarded ports; several assignments add up.
    case extraPorts = "ExtraPorts"
    /// What happens to the owned ports when amtguard stops.
    case onStop = "OnStop"
    /// A time: how often to look for changes that no watch shows.
    case audit = "AuditSec"
    /// How many repairs may follow each other at once.
    case repairBurst = "RepairBurst"
    /// How many repairs a second may follow the burst.
    case repairsPerSecond = "RepairsPerSec"
    /// A time: how often the firmware is asked without an event.
    case refresh = "RefreshSec"
    /// Whether ports are held on the addresses that AMT shares.
    case hold = "Hold"
    /// Whether ports are held for UDP as well.
    case holdUDP = "HoldUDP"
    /// Whether translated connections are kept off AMT's ports.
    case redraw = "Redraw"

    /// Its section.
    public var section: String {
        switch self {
        case .mode, .ports, .extraPorts, .onStop, .audit, .repairBurst, .repairsPerSecond: "Guard"
        case .refresh: "Detect"
        case .hold, .holdUDP: "Hold"
        case .redraw: "NAT"
        }
    }

    /// All sections.
    public static let sections = ["Guard", "Detect", "Hold", "NAT"]

    /// What may follow the equals sign.
    public var allowed: String {
        switch self {
        case .mode: Configuration.Mode.allCases.map(\.rawValue).joined(separator: ", ")
        case .onStop: Configuration.OnStop.allCases.map(\.rawValue).joined(separator: ", ")
        case .ports, .extraPorts: "ports from 1 to 65535 and ranges like 16992-16995, at most \(Self.mostPorts) ports"
        case .audit: "a time from 100ms to 1h, for example 30s"
        case .repairBurst: "a whole number from 1 to 1000000"
        case .repairsPerSecond: "a whole number from 1 to 100000"
        case .refresh: "a time from 1min to 1d, for example 1h"
        case .hold: Configuration.HoldPolicy.allCases.map(\.rawValue).joined(separator: ", ")
        case .holdUDP: "yes, no"
        case .redraw: Configuration.RedrawPolicy.allCases.map(\.rawValue).joined(separator: ", ")
        }
    }

    /// Whether a further assignment adds to the former ones.
    var adds: Bool { self == .extraPorts }

    /// A typing error like `1-65535` would leave the host without a local port. This many ports also fit into one page
    /// of memory, even if they are scattered.
    package static let mostPorts = 512
    /// The upper bound of `AuditSec=`.
    package static let longestAudit = Duration.seconds(3_600)

    /// Assigns `value`; an empty one restores the default.
    ///
    /// - Throws: `Refused` with what is wrong; `configuration` is unchanged then.
    func assign(_ value: String, to configuration: inout Configuration) throws(Refused) {
        let defaults = Configuration()
        switch self {
        case .mode: configuration.mode = try choice(value) ?? defaults.mode
        case .onStop: configuration.onStop = try choice(value) ?? defaults.onStop
        case .ports:
            let ports = value.isEmpty ? defaults.ports : try ports(value)
            configuration.ports = try bounded(ports, beside: configuration.extraPorts)
        case .extraPorts:
            configuration.extraPorts =
                value.isEmpty
                ? PortSet()
                : try bounded(ports(value), beside: configuration.guarded).union(configuration.extraPorts)
        case .audit:
            configuration.audit =
                value.isEmpty ? defaults.audit : try time(value, in: .milliseconds(100)...Self.longestAudit)
        case .repairBurst:
            configuration.pace.burst = value.isEmpty ? defaults.pace.burst : try number(value, in: 1...1_000_000)
        case .repairsPerSecond:
            configuration.pace.perSecond = value.isEmpty ? defaults.pace.perSecond : try number(value, in: 1...100_000)
        case .refresh:
            configuration.refresh =
                value.isEmpty ? defaults.refresh : try time(value, in: .seconds(60)...(.seconds(86_400)))
        case .hold: configuration.hold = try choice(value) ?? defaults.hold
        case .holdUDP: configuration.holdsUDP = try boolean(value) ?? defaults.holdsUDP
        case .redraw:
            let policy = Configuration.RedrawPolicy(rawValue: value.lowercased())
            configuration.redraw =
                policy == .auto ? .auto : try boolean(value, or: "auto").map { $0 ? .yes : .no } ?? defaults.redraw
        }
    }

    /// The words for yes and no of systemd.syntax(7).
    private func boolean(_ value: String, or other: String? = nil) throws(Refused) -> Bool? {
        switch value.lowercased() {
        case "": return nil
        case "1", "yes", "y", "true", "t", "on": return true
        case "0", "no", "n", "false", "f", "off": return false
        default:
            throw Refused(reason: "\(quoted(value)) is neither \(other.map { "\($0), " } ?? "")yes nor no")
        }
    }

    /// A value that is not allowed, and why.
    struct Refused: Error {
        let reason: String
    }

    private func choice<Choice: RawRepresentable<String>>(_ value: String) throws(Refused) -> Choice? {
        guard !value.isEmpty else { return nil }
        guard let choice = Choice(rawValue: value) else { throw Refused(reason: "\(quoted(value)) is unknown") }
        return choice
    }

    private func ports(_ value: String) throws(Refused) -> PortSet {
        do { return try PortSet(configuration: value) } catch { throw Refused(reason: error.message) }
    }

    /// Together with other ports, even the defaults may be too many.
    private func bounded(_ ports: PortSet, beside others: PortSet) throws(Refused) -> PortSet {
        let count = ports.union(others).count
        guard count <= Self.mostPorts else { throw Refused(reason: "these would be \(count) ports in all") }
        return ports
    }

    private func number(_ value: String, in range: ClosedRange<Int>) throws(Refused) -> Int {
        guard value.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(value) else {
            throw Refused(reason: "\(quoted(value)) is not a whole number")
        }
        guard range.contains(number) else { throw Refused(reason: "\(number) is out of range") }
        return number
    }

    private func time(_ value: String, in range: ClosedRange<Duration>) throws(Refused) -> Duration {
        guard let time = Duration(timeSpan: value) else { throw Refused(reason: "\(quoted(value)) is not a time") }
        guard range.contains(time) else { throw Refused(reason: "\(quoted(value)) is out of range") }
        return time
    }
}
