// Who is in the way of a hold.

extension LocalSocket {
    /// Whether a hold can't be bound because of it.
    public func isInTheWay(of hold: Hold) -> Bool {
        guard !isOwn, `protocol` == hold.protocol, port == hold.port, takesIPv4 else { return false }
        return reach == .wildcard || address.ipv4 == hold.address
    }

    /// What is in the way of the hold then.
    public var obstacle: HoldObstacle {
        let owner = unit ?? "a program of uid \(uid)"
        return isListener ? .listener(owner) : .occupied(remote.map { "\(owner), connected to \($0)," } ?? owner)
    }
}
