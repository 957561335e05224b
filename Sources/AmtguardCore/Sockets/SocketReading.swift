/// One look at the sockets that have a local port of a set.
public struct SocketReading: Hashable, Sendable {
    /// By port; sockets that differ in nothing but their inode, as the threads of one server have them, are one.
    public var sockets: [LocalSocket]
    /// How many more there were than anybody keeps.
    public var omitted: Int

    public init(_ sockets: [LocalSocket], omitted: Int = 0) {
        self.sockets = sockets
        self.omitted = omitted
    }

    /// TCP sockets that listen and UDP sockets that are not connected.
    public var listeners: [LocalSocket] { sockets.filter(\.isListener) }
}
