import AmtguardCore

/// Lines that allow and forbid ranges of ports, in their order: which of AMT's ports remain allowed, and by which line.
///
/// Only AMT's few ports are stored, so many lines with wide ranges cost little.
struct PortRules: Hashable {
    private let followed: PortSet
    private var allowedBy: [UInt16: Place] = [:]

    init(in situation: Situation) {
        followed = situation.amtPorts
    }

    mutating func allow(_ range: ClosedRange<UInt16>, at place: Place) {
        allow(PortSet(range), at: place)
    }

    mutating func allow(_ ports: PortSet, at place: Place) {
        for port in followed.intersection(ports).ranges.joined() { allowedBy[port] = place }
    }

    mutating func forbid(_ range: ClosedRange<UInt16>) {
        for port in followed.intersection(PortSet(range)).ranges.joined() { allowedBy[port] = nil }
    }

    /// The ports that remain allowed, by line.
    var remaining: [(ports: PortSet, place: Place)] {
        Dictionary(grouping: allowedBy.keys) { allowedBy[$0] }
            .compactMap { place, ports in place.map { (PortSet(merging: ports.map { $0...$0 }), $0) } }
            .sorted { ($0.1.file, $0.1.line ?? 0) < ($1.1.file, $1.1.line ?? 0) }
    }
}

/// A line that fixes the port itself.
struct FixedPorts {
    /// The setting: `query-source`.
    var setting: String
    var range: ClosedRange<UInt16>
    var place: Place
}

extension [FixedPorts] {
    /// Those that include ports of AMT, twenty at most. The next run of the doctor reports the others.
    func meeting(_ ports: PortSet) -> ArraySlice<FixedPorts> {
        filter { !ports.intersection(PortSet($0.range)).isEmpty }.prefix(20)
    }
}

extension Situation {
    /// Every port that AMT may take here.
    var amtPorts: PortSet { required.union(tcp).union(udp) }
}
