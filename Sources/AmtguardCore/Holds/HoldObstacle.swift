/// Why a port could not be held.
public enum HoldObstacle: Hashable, Sendable {
    /// A server listens on the port, so the kernel does not choose it either; its owner, if known.
    case listener(String?)
    /// A connected or an unknown socket is on the port; its owner, if known.
    case occupied(String?)
    /// A bound socket of another program keeps the port and sends nothing; its owner.
    case placeholder(String)
    /// A port below 1024 (`ip_unprivileged_port_start`) without CAP_NET_BIND_SERVICE.
    case notPermitted
    /// The process or the machine has no descriptor left.
    case noDescriptor
    /// Anything else, in the words of the C library.
    case failed(String)

    /// A word for programs.
    public var id: String {
        switch self {
        case .listener: "listener"
        case .occupied: "occupied"
        case .placeholder: "placeholder"
        case .notPermitted: "not-permitted"
        case .noDescriptor: "no-descriptor"
        case .failed: "failed"
        }
    }

    /// The obstacle, for people.
    public var says: String {
        switch self {
        case .listener(let owner): "\(owner ?? "another program") listens there"
        case .occupied(let owner): "\(owner ?? "a socket of another program") uses the port"
        case .placeholder(let owner): "\(owner) has the port and sends nothing, which protects it like a hold"
        case .notPermitted: "binding it is not permitted"
        case .noDescriptor: "there are no file descriptors left"
        case .failed(let error): "\(error)"
        }
    }

    /// What to do about it; `nil` if nothing.
    public var advice: String? {
        switch self {
        case .listener, .placeholder: nil
        case .occupied: "AMT takes the packets to that port: close that connection. amtguard tries again at each audit."
        case .notPermitted: "Give amtguardd CAP_NET_BIND_SERVICE: ports below 1024 need it."
        case .noDescriptor: "Raise LimitNOFILE= of the unit, or fs.file-max."
        case .failed: "amtguard tries again at each audit."
        }
    }
}

// Which sockets are in the way of a hold.

extension LocalSocket {
    /// Whether this socket prevents the hold from being bound.
    public func isInTheWay(of hold: Hold) -> Bool {
        guard !isOwn, `protocol` == hold.protocol, port == hold.port, takesIPv4 else { return false }
        return reach == .wildcard || address.ipv4 == hold.address
    }

    /// The obstacle that this socket then is.
    public var obstacle: HoldObstacle {
        if isPlaceholder { return .placeholder(owner) }
        return isListener ? .listener(owner) : .occupied(remote.map { "\(owner), connected to \($0)," } ?? owner)
    }
}
