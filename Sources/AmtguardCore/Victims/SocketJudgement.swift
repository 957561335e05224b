/// The result of one look at the sockets: which are on which port, and which of them AMT cuts off.
public struct SocketJudgement: Hashable, Sendable {
    /// The most severe first; `nil` if they can't be read.
    public private(set) var sockets: [JudgedSocket]?
    /// How many further sockets were left out.
    public var omitted: Int

    /// Judges a reading; `nil` for one that failed.
    public init(_ reading: SocketReading?, _ claims: [Claim]) {
        sockets = reading.map { reading in
            reading.sockets.map { JudgedSocket($0, $0.standing(claims)) }.sorted(by: JudgedSocket.isGraver)
        }
        omitted = reading?.omitted ?? 0
    }

    /// The sockets that AMT certainly cuts off; `nil` if none is certain but some may be.
    var victims: [LocalSocket]? {
        guard let sockets else { return nil }
        let victims = sockets.filter { $0.standing == .victim }.map(\.socket)
        return victims.isEmpty && doubtful > 0 ? nil : victims
    }

    /// The sockets on each port; `nil` if they can't be read.
    public var takers: [UInt16: PortUsers]? {
        sockets.map { Dictionary(grouping: $0, by: \.socket.port).mapValues(PortUsers.init) }
    }

    /// How many would be victims if AMT shared their address, which is unknown.
    var doubtful: Int { (sockets ?? []).count { $0.standing == .unknown } }
}

/// The sockets on one port. A server has a socket for each client; only as many are kept as people read.
public struct PortUsers: Hashable, Sendable {
    /// The most severe of them, without amtguard's own.
    public var sockets: [JudgedSocket] = []
    /// How many there are.
    public var count = 0

    private static let mostSockets = 8

    init(_ all: [JudgedSocket]) {
        let others = all.filter { $0.standing != .own }
        sockets = Array(others.prefix(Self.mostSockets))
        count = others.count
    }

    init() {}
}
