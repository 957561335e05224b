public import AmtguardCore
public import SystemPackage
public struct RedrawSocket: ~Copyable {
    public init() throws(Errno) { throw .notSupported }
    public init(adopting d: consuming Descriptor) throws(Errno) { throw .notSupported }
    public var fileDescriptor: FileDescriptor { FileDescriptor(rawValue: -1) }
    public mutating func load(_ t: RedrawTable) throws(Errno) {}
    public mutating func unload() throws(Errno) {}
    public mutating func read() throws(Errno) -> RedrawReading { RedrawReading(.absent) }
}
public struct RulesetWatch: ~Copyable { public init() throws(Errno) {}; public var descriptor: FileDescriptor { FileDescriptor(rawValue: -1) }; public borrowing func drain() -> Bool { false } }
public func hasNFTables() -> Bool { false }
public func readTranslation(publishing: PortSet, legacy: borrowing Descriptor?) -> Translation { Translation(chains: [], hasLegacyTable: false) }
public func readTranslatedFlows(on: Set<IPv4Address>, tcp: PortSet, udp: PortSet) throws(Errno) -> FlowReading { FlowReading([]) }
public enum LegacyTables { public static func open() throws(Errno) -> Descriptor { throw .notSupported } }
