/// What one look at the sockets says: who has which port, and whom AMT deafens.
public struct SocketJudgement: Hashable, Sendable {
    /// The gravest first; `nil` where they can't be read.
    public private(set) var sockets: [JudgedSocket]?
    /// How many more there were than anybody keeps.
    public var omitted: Int

    /// Judges a reading; `nil` is one that failed.
    public init(_ reading: SocketReading?, _ shared: SharedAddresses) {
        sockets = reading.map { reading in
            reading.sockets.map { JudgedSocket($0, $0.standing(shared)) }.sorted(by: JudgedSocket.isGraver)
        }
        omitted = reading?.omitted ?? 0
    }

    /// Those that AMT deafens for certain; `nil` where somebody may be one, and nobody is for certain.
    var victims: [LocalSocket]? {
        guard let sockets else { return nil }
        let victims = sockets.filter { $0.standing == .victim }.map(\.socket)
        return victims.isEmpty && doubtful > 0 ? nil : victims
    }

    /// Those on each port; `nil` where they can't be read.
    public var takers: [UInt16: PortTakers]? {
        sockets.map { Dictionary(grouping: $0, by: \.socket.port).mapValues(PortTakers.init) }
    }

    /// How many would be victims where AMT shares their address, which is not known.
    var doubtful: Int { (sockets ?? []).count { $0.standing == .unknown } }
}

/// Who has one port. A server has a socket for each client: what is kept is what a person reads.
public struct PortTakers: Hashable, Sendable {
    /// The gravest of them; amtguard's own are not among them.
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
