/// What AMT's firmware serves on the host's own address, and on which ports. This table is the only source of AMT's
/// ports. Names by IANA: asf-rmcp, asf-secure-rmcp, amt-soap-http to amt-redir-tls.
///
/// These ports are the default of `Ports=`, so every machine reserves them, whatever its firmware says. A port that AMT
/// serves only while a switch of the firmware is on, such as 5900 for KVM, does not belong here. `Guardian.claims` would
/// add it to the guarded ports of AMT's claim while the firmware reports the switch; the rest follows from the claim.
enum AMTService: Hashable, Sendable, CaseIterable {
    case http, https, redirection, redirectionTLS, rmcp

    /// Its own port, and that of DASH if there is one.
    var ports: [UInt16] {
        switch self {
        case .http: [16992, 623]
        case .https: [16993, 664]
        case .redirection: [16994]
        case .redirectionTLS: [16995]
        case .rmcp: [623, 664]
        }
    }

    var `protocol`: LocalSocket.TransportProtocol { self == .rmcp ? .udp : .tcp }

    /// Whether it is served over TLS.
    var isOfTLS: Bool { self == .https || self == .redirectionTLS }

    static func ports(_ protocols: LocalSocket.TransportProtocol...) -> PortSet {
        PortSet(merging: allCases.filter { protocols.contains($0.protocol) }.flatMap(\.ports).map { $0...$0 })
    }
}

extension PortSet {
    /// All ports of AMT.
    public static let ofAMT = AMTService.ports(.tcp, .udp)
    /// Those on which AMT takes UDP as well.
    public static let ofAMTsUDP = AMTService.ports(.udp)
}
