// How exposed one required port is, and which sockets are on it.

/// One required port.
public struct PortCondition: Hashable, Sendable {
    /// Its exposure.
    public enum Exposure: String, Hashable, Sendable, CaseIterable {
        /// The kernel may choose it now.
        case exposed
        /// It is reserved; otherwise the kernel could choose it.
        case reserved
        /// It is reserved, and outside the kernel's range anyway.
        case reservedOutside = "reserved-outside"
        /// It is not reserved, but outside the kernel's range for now.
        case outside
        /// The list can't be read.
        case unknown
    }

    /// Its number.
    public var port: UInt16
    /// `nil` if the list can't be read.
    public var isReserved: Bool?
    /// Whether amtguard added it, and may remove it.
    public var isOwned: Bool
    /// Whether it is in the kernel's range, without the reservations; `nil` if that can't be read.
    public var isInReach: Bool?
    /// `nil` if they can't be read.
    public var takers: PortUsers?
    /// amtguard's holds on it; `nil` if that is unknown.
    public var holds: [Hold]?

    init(
        _ port: UInt16, reserved: PortSet?, owned: PortSet, choice: KernelChoice?, takers: PortUsers?, holds: [Hold]?
    ) {
        self.port = port
        isReserved = reserved?.contains(port)
        isOwned = owned.contains(port)
        isInReach = choice?.reach.contains(port)
        self.takers = takers
        self.holds = holds
    }

    /// Derived from two readings:
    ///
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

    /// The condition of the first 64 ports of `required`, because nobody reads a table of thousands.
    public static func all(
        _ required: PortSet, reserved: PortSet?, owned: PortSet, choice: KernelChoice?,
        takers: [UInt16: PortUsers]?, holds: [Hold]?
    ) -> [PortCondition] {
        let holds = holds.map { Dictionary(grouping: $0.sorted(), by: \.port) }
        return required.ranges.lazy.flatMap { $0 }.prefix(64).map { port in
            PortCondition(
                port, reserved: reserved, owned: owned, choice: choice,
                takers: takers.map { $0[port] ?? PortUsers() }, holds: holds.map { $0[port] ?? [] })
        }
    }
}
