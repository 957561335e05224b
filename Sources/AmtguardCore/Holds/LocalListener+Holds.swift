// Who is in the way of a hold.

extension LocalListener {
    /// Whether a hold can't be bound because of it.
    public func isInTheWay(of hold: Hold) -> Bool {
        guard `protocol` == hold.protocol, port == hold.port, takesIPv4 else { return false }
        return switch address {
        case .v4(let address): address.isUnspecified || address == hold.address
        case .v6(let address):
            address.isUnspecified || address.mapped?.isUnspecified == true || address.mapped == hold.address
        }
    }
}
