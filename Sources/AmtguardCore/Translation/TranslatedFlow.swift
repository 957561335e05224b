/// A connection whose source the kernel has translated to an address of this host, as connection tracking shows it: a
/// reading, no judgement.
public struct TranslatedFlow: Hashable, Sendable {
    /// The kernel draws ports for each protocol separately.
    public var `protocol`: LocalSocket.TransportProtocol
    /// The sender: a container, a machine behind this one, or this host itself.
    public var origin: LocalSocket.Endpoint
    /// The destination.
    public var remote: LocalSocket.Endpoint
    /// The source address and port after the translation. The replies go there.
    public var translated: LocalSocket.Endpoint
    /// Whether a reply ever came.
    public var isAnswered: Bool

    /// A connection from `origin` to `remote`, as `translated`.
    public init(
        _ protocol: LocalSocket.TransportProtocol, from origin: LocalSocket.Endpoint, to remote: LocalSocket.Endpoint,
        as translated: LocalSocket.Endpoint, isAnswered: Bool = false
    ) {
        self.protocol = `protocol`
        self.origin = origin
        self.remote = remote
        self.translated = translated
        self.isAnswered = isAnswered
    }
}

/// One look at the translated connections on AMT's ports that were never answered.
public struct FlowReading: Hashable, Sendable {
    /// Sorted by the translated port.
    public var flows: [TranslatedFlow]
    /// How many further ones were left out.
    public var omitted: Int

    /// Connections that are sorted by port, and how many were left out.
    public init(_ flows: [TranslatedFlow], omitted: Int = 0) {
        self.flows = flows
        self.omitted = omitted
    }
}
