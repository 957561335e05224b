// How exposed one required port is, and who is on it.

/// One required port.
public struct PortCondition: Hashable, Sendable {
    /// What may become of it.
    public enum Exposure: String, Hashable, Sendable, CaseIterable {
        /// The kernel may choose it now.
        case exposed
        /// It is reserved, and the kernel would choose it otherwise.
        case reserved
        /// It is reserved, and outside of what the kernel chooses from anyway.
        case reservedOutside = "reserved-outside"
        /// It is not reserved, and outside of what the kernel chooses from for now.
        case outside
        /// The list can't be read.
        case unknown
    }

    public var port: UInt16
    /// `nil` where the list can't be read.
    public var isReserved: Bool?
    public var isOwned: Bool
    /// Whether the kernel chooses from it, reservations aside; `nil` where that can't be read.
    public var isInReach: Bool?
    /// `nil` where they can't be read.
    public var takers: PortTakers?
    /// What amtguard holds of it; `nil` where that is not known.
    public var holds: [Hold]?

    public init(
        _ port: UInt16, reserved: PortSet?, owned: PortSet, choice: KernelChoice?, takers: PortTakers?, holds: [Hold]?
    ) {
        self.port = port
        isReserved = reserved?.contains(port)
        isOwned = owned.contains(port)
        isInReach = choice?.reach.contains(port)
        self.takers = takers
        self.holds = holds
    }

    /// | reserved | within reach | |
    /// |---|---|---|
    /// | yes | yes, or not known | reserved |
    /// | yes | no | reserved, and outside the range anyway |
    /// | no | yes, or not known | exposed |
    /// | no | no | outside |
    /// | unknown | any | unknown |
    public var exposure: Exposure {
        switch (isReserved, isInReach ?? true) {
        case (true?, true): .reserved
        case (true?, false): .reservedOutside
        case (false?, true): .exposed
        case (false?, false): .outside
        case (nil, _): .unknown
        }
    }

    /// The condition of each port of `required`, the first 64: nobody reads a table of thousands.
    public static func all(
        _ required: PortSet, reserved: PortSet?, owned: PortSet, choice: KernelChoice?,
        takers: [UInt16: PortTakers]?, holds: [Hold]?
    ) -> [PortCondition] {
        let holds = holds.map { Dictionary(grouping: $0.sorted(), by: \.port) }
        return required.ranges.lazy.flatMap { $0 }.prefix(64).map { port in
            PortCondition(
                port, reserved: reserved, owned: owned, choice: choice,
                takers: takers.map { $0[port] ?? PortTakers() }, holds: holds.map { $0[port] ?? [] })
        }
    }
}
