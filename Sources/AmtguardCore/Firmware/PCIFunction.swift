// Which functions of the PCI bus are evidence of AMT. The readings, the judgement and the helper use this definition,
// and systemd/60-amtguard-mei.rules repeats it for the device's group.

/// The address of a function on the PCI bus: `0000:80:16.0`.
public struct PCIAddress: Hashable, Sendable {
    /// The segment of the bus: 0 on most machines, more than 16 bits behind Intel VMD.
    public var domain: UInt32
    /// Written in two hexadecimal digits.
    public var bus: UInt8
    /// The slot, up to 31.
    public var device: UInt8
    /// Up to 7.
    public var function: UInt8

    /// Parses the name of a directory in `/sys/bus/pci/devices`.
    ///
    /// - Returns: `nil` unless it has exactly the form in which the kernel writes addresses. So an accepted name has no
    ///   control character.
    public init?(_ name: String) {
        let parts = name.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard parts.count == 3, (4...8).contains(parts[0].count), parts[1].count == 2 else { return nil }
        let place = parts[2].split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard place.count == 2, place[0].count == 2, place[1].count == 1,
            let domain = Self.number(parts[0]), let bus = Self.number(parts[1]), let device = Self.number(place[0]),
            let function = Self.number(place[1]), device < 32, function < 8
        else { return nil }
        self.domain = domain
        self.bus = UInt8(bus)
        self.device = UInt8(device)
        self.function = UInt8(function)
    }

    /// Whether it is the first function of the machine: the host bridge, or what replaces it.
    public var isFirst: Bool { (domain, bus, device, function) == (0, 0, 0, 0) }

    /// Whether it is an address at which the management engine, its serial port or a TXE may be. The bus differs:
    /// mostly 00, 80 on Arrow Lake-S.
    public var isOfEngine: Bool { device == 0x16 || isOfTXE }

    fileprivate var isOfTXE: Bool { (domain, bus, device, function) == (0, 0, 0x0F, 0) }

    private static func number(_ digits: Substring.UTF8View) -> UInt32? {
        var value: UInt32 = 0
        for digit in digits {
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt32(digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt32(digit - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return value
    }
}

/// A function of the PCI bus.
public struct PCIFunction: Hashable, Sendable {
    /// Its address; Intel uses fixed slots.
    public var address: PCIAddress
    /// The vendor's number of the PCI-SIG; Intel is 0x8086.
    public var vendor: UInt16
    /// Class, subclass and programming interface: `0x078000`.
    public var kind: UInt32

    /// A function from its attributes in `/sys`.
    public init(_ address: PCIAddress, vendor: UInt16, kind: UInt32) {
        self.address = address
        self.vendor = vendor
        self.kind = kind
    }

    var isIntels: Bool { vendor == 0x8086 }

    /// Whether it is an interface of the management engine: Intel's, of class 0780, and device 16 of any bus. The
    /// functions 16.x of class 0880 on old server chipsets are DMA engines.
    public var isEngine: Bool { canCarryNode && address.device == 0x16 }

    /// Whether it is such an interface at any address, if it has a MEI node. The parent of a graphics card's node is of
    /// another class.
    public var canCarryNode: Bool { isIntels && kind >> 8 == 0x0780 }

    /// Whether it is AMT's serial port (SOL), which only firmware with AMT shows.
    public var isSerialOverLAN: Bool {
        isIntels && kind >> 8 == 0x0700 && address.device == 0x16 && address.function == 3
    }

    /// Whether it is the trusted execution engine (TXE) that Atom processors have instead.
    public var isTXE: Bool { canCarryNode && address.isOfTXE }

    /// Whether it is an Ethernet or Wi-Fi card of Intel.
    public var isIntelsNetworkCard: Bool { isIntels && (kind >> 8 == 0x0200 || kind >> 8 == 0x0280) }
}
