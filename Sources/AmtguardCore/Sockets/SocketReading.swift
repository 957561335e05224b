/// One look at the sockets that have a local port of a set.
public struct SocketReading: Hashable, Sendable {
    /// By port. Sockets that differ only in their inode, like those of one server's threads, count as one.
    public var sockets: [LocalSocket]
    /// How many more there were than are kept.
    public var omitted: Int

    public init(_ sockets: [LocalSocket], omitted: Int = 0) {
        self.sockets = sockets
        self.omitted = omitted
    }

    /// Listening TCP sockets and unconnected UDP sockets.
    public var listeners: [LocalSocket] { sockets.filter(\.isListener) }
}
