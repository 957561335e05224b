// Which sockets are in the way of a hold.

extension LocalSocket {
    /// Whether this socket prevents the hold from being bound.
    public func isInTheWay(of hold: Hold) -> Bool {
        guard !isOwn, `protocol` == hold.protocol, port == hold.port, takesIPv4 else { return false }
        return reach == .wildcard || address.ipv4 == hold.address
    }

    /// The obstacle that it then is.
    public var obstacle: HoldObstacle {
        if isPlaceholder { return .placeholder(owner) }
        return isListener ? .listener(owner) : .occupied(remote.map { "\(owner), connected to \($0)," } ?? owner)
    }
}
