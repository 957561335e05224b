import AmtguardCore
import CLinux
import Glibc
import SystemPackage

/// A search in the kernel's table of connections, which may have hundreds of thousands of entries.
///
/// The kernel scans all entries for each request, with any filter, but copying an entry takes many times longer than
/// skipping it. So the search begins with one request for everything. If more than two thousand entries answer, it
/// requests each protocol alone, and then each port alone.
struct ConntrackSearch {
    private let addresses: Set<IPv4Address>
    private let ports: [LocalSocket.TransportProtocol: PortSet]
    private var flows: [Port: Set<TranslatedFlow>] = [:]
    private var omitted = 0
    /// Whether an answer showed that this kernel ignores the filter: then every scan returns everything.
    private var isUnfiltered = false

    private struct Port: Hashable {
        var `protocol`: LocalSocket.TransportProtocol
        var number: UInt16
    }

    /// How many flows are kept.
    private static let most = 1_024
    /// With more answers than this, it is cheaper to scan again with a narrower filter.
    private static let mostAnswers = 2_048
    /// With more ports than this, it is not cheaper.
    private static let mostWalks = 16
    /// At most this many omitted entries are counted in one scan, since any container may create hundreds of thousands.
    private static let mostOmitted = 16_384

    init(_ addresses: Set<IPv4Address>, tcp: PortSet, udp: PortSet) {
        self.addresses = addresses
        ports = [.tcp: tcp, .udp: udp].filter { !$0.value.isEmpty }
    }

    mutating func run() throws(Errno) {
        guard !addresses.isEmpty, !ports.isEmpty else { return }
        try walk(Filter(protocol: ports.count == 1 ? ports.keys.first : nil))
    }

    var reading: FlowReading {
        FlowReading(flows.values.joined().sorted(by: precedes), omitted: omitted)
    }
}

// MARK: - Walks

extension ConntrackSearch {
    /// The limits of one scan.
    private struct Filter {
        var `protocol`: LocalSocket.TransportProtocol?
        var port: UInt16?

        func admits(_ tuple: ConntrackEntry.Tuple) -> Bool {
            (`protocol` == nil || `protocol` == tuple.protocol) && (port == nil || port == tuple.destination.port)
        }
    }

    /// The narrower filters that together equal this one; none for a filter that is not divided.
    private func parts(of filter: Filter) -> [Filter] {
        guard let `protocol` = filter.protocol else {
            return [.tcp, .udp].filter { ports[$0] != nil }.map { Filter(protocol: $0) }
        }
        guard filter.port == nil, let ports = ports[`protocol`], ports.count <= Self.mostWalks else { return [] }
        return ports.ranges.joined().map { Filter(protocol: `protocol`, port: $0) }
    }

    /// Finds the entries that the filter admits; all entries with a kernel that ignores it.
    private mutating func walk(_ filter: Filter) throws(Errno) {
        let parts = parts(of: filter)
        let before = self
        do {
            try take(filter, atMost: parts.isEmpty ? .max : Self.mostAnswers)
        } catch .overflow where !parts.isEmpty {
            self = before
            for part in parts where !isUnfiltered { try walk(part) }
        } catch .overflow {}
    }

    /// - Throws: `overflow` if there are more answers than `most`, or more flows than are counted.
    private mutating func take(_ filter: Filter, atMost most: Int) throws(Errno) {
        let mostOmitted = omitted + Self.mostOmitted
        let address = addresses.count == 1 ? addresses.first : nil
        let request = ConntrackRequest.unansweredTranslated(
            address: address, filter.protocol, port: filter.port)
        // A new socket for each scan: a scan that ended early would continue at the next request.
        var socket = try NetlinkSocket(family: NETLINK_NETFILTER)
        var answers = 0
        _ = try socket.dump(type: ConntrackRequest.messageType, payload: request, into: ()) {
            (_, message) throws(Errno) in
            answers += 1
            guard let entry = try ConntrackEntry(message) else { return }
            if !filter.admits(entry.reply) || address.map({ entry.reply.destination.address != .v4($0) }) == true {
                isUnfiltered = true
            }
            insert(entry)
            if !isUnfiltered, answers > most || omitted >= mostOmitted { throw .overflow }
        }
    }

    private mutating func insert(_ entry: ConntrackEntry) {
        let end = entry.reply.destination
        guard entry.status.contains(.sourceTranslated), !entry.status.contains(.answered),
            let ports = ports[entry.reply.protocol], ports.contains(end.port),
            let address = end.address.ipv4, addresses.contains(address)
        else { return }
        let port = Port(protocol: entry.reply.protocol, number: end.port)
        let kept = flows[port, default: []]
        guard !kept.contains(entry.flow) else { return }
        guard kept.count < share, flows.values.reduce(0, { $0 + $1.count }) < Self.most else {
            omitted += 1
            return
        }
        flows[port, default: []].insert(entry.flow)
    }

    /// How many flows of one port are kept, so that many flows of one port do not displace those of another.
    private var share: Int { max(1, Self.most / ports.values.reduce(0) { $0 + $1.count }) }
}

/// An order that does not depend on the kernel's tables.
private func precedes(_ a: TranslatedFlow, _ b: TranslatedFlow) -> Bool {
    if a.translated.port != b.translated.port { return a.translated.port < b.translated.port }
    func rest(_ flow: TranslatedFlow) -> [String] {
        [flow.protocol.rawValue, "\(flow.translated)", "\(flow.remote)", "\(flow.origin)"]
    }
    return rest(a).lexicographicallyPrecedes(rest(b))
}
