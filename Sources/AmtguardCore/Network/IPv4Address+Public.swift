// Which addresses identify a network, in a text or a recording that is published.

extension IPv4Address {
    /// Whether it is an address of the internet. Private addresses, those of carriers and those of documentation
    /// identify no network, and judgements depend on them.
    public var isPublic: Bool {
        isGlobal && !Self.othersNetworks.contains { bits >> (32 - $0.length) == $0.bits >> (32 - $0.length) }
    }

    /// RFC 1918, 6598 and 5737.
    private static let othersNetworks: [(bits: UInt32, length: UInt32)] = [
        (0x0A00_0000, 8), (0xAC10_0000, 12), (0xC0A8_0000, 16), (0x6440_0000, 10), (0xC000_0200, 24), (0xC633_6400, 24),
        (0xCB00_7100, 24),
    ]
}
