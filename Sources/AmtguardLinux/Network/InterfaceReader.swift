// The interfaces of the caller's network namespace and their addresses, by two lists of rtnetlink.

public import AmtguardCore
import CLinux
import Glibc
public import SystemPackage

/// More interfaces than any host has: two thousand containers make some four thousand.
private let mostInterfaces = 16_384
private let mostAddresses = 65_536

/// All interfaces with their IPv4 addresses, by index.
///
/// The two lists are from two moments. An address whose interface is missing from the first list is left out; then the
/// `NetworkWatch` reports another change.
/// - Throws: `fileTooLarge` for more interfaces than a host has, `resourceTemporarilyUnavailable` if they change faster
///   than they can be listed.
public func readInterfaces() throws(Errno) -> [HostInterface] {
    var socket = try NetlinkSocket(family: NETLINK_ROUTE)
    // struct ifinfomsg, all zero: every family, every index. IPv6 counters would be a quarter of the answer.
    var links = [UInt8](repeating: 0, count: MemoryLayout<ifinfomsg>.size)
    links.append(attribute: CInt(IFLA_EXT_MASK), [UInt8](native: UInt32(RTEXT_FILTER_SKIP_STATS)))
    var interfaces = try socket.dump(type: UInt16(RTM_GETLINK), payload: links, into: [Int: HostInterface]()) {
        (interfaces, message) throws(Errno) in
        guard let interface = try HostInterface(link: message) else { return }
        interfaces[interface.index] = interface
        guard interfaces.count <= mostInterfaces else { throw .fileTooLarge }
    }

    var filter = [UInt8](repeating: 0, count: MemoryLayout<ifaddrmsg>.size)
    filter[0] = UInt8(AF_INET)
    let addresses = try socket.dump(type: UInt16(RTM_GETADDR), payload: filter, into: [InterfaceAddress]()) {
        (addresses, message) throws(Errno) in
        guard let address = try InterfaceAddress(message) else { return }
        addresses.append(address)
        guard addresses.count <= mostAddresses else { throw .fileTooLarge }
    }
    for address in addresses { interfaces[address.index]?.ipv4.append(address.address) }
    return interfaces.values.sorted { $0.index < $1.index }
}

extension HostInterface {
    /// The interface of an `RTM_NEWLINK`; `nil` for another message.
    ///
    /// - Throws: `badMessage` without an index or a name, or if the lengths do not fit.
    package init?(link message: NetlinkMessage) throws(Errno) {
        guard Int(message.type) == RTM_NEWLINK else { return nil }
        // struct ifinfomsg: ifi_family u8, pad u8, ifi_type u16, ifi_index s32, ifi_flags u32, ifi_change u32
        let headLength = MemoryLayout<ifinfomsg>.size
        let payload = message.payload
        guard payload.count >= headLength, let index = payload.native(Int32.self, at: 4), index > 0,
            let flags = payload.native(UInt32.self, at: 8)
        else { throw .badMessage }
        self.init(
            index: Int(index), name: "", isUp: flags & UInt32(IFF_UP) != 0,
            isLoopback: flags & UInt32(IFF_LOOPBACK) != 0)
        var isLowerElsewhere = false
        try payload.dropFirst(headLength).forEachAttribute { (type, value) throws(Errno) in
            switch type {
            case CInt(IFLA_IFNAME): name = text(value)
            case CInt(IFLA_ADDRESS): mac = MACAddress(octets: value)
            case CInt(IFLA_PERM_ADDRESS): permanentMAC = MACAddress(octets: value).flatMap { $0.isZero ? nil : $0 }
            case CInt(IFLA_LINK): lower = try Self.index(value)
            case CInt(IFLA_LINK_NETNSID): isLowerElsewhere = true
            case CInt(IFLA_MASTER): master = try Self.index(value)
            case CInt(IFLA_LINKINFO):
                try value.forEachAttribute { (type, value) throws(Errno) in
                    if type == CInt(IFLA_INFO_KIND) { kind = text(value) }
                }
            default: break
            }
        }
        guard !name.isEmpty else { throw .badMessage }
        if isLowerElsewhere || lower == self.index { lower = nil }
    }

    /// 0 means no interface.
    private static func index(_ value: ArraySlice<UInt8>) throws(Errno) -> Int? {
        guard let index = value.native(Int32.self, at: 0), index >= 0 else { throw .badMessage }
        return index == 0 ? nil : Int(index)
    }
}

/// An IPv4 address and the interface that it is on.
package struct InterfaceAddress: Hashable {
    package var index: Int
    var address: IPv4Address

    /// The address of an `RTM_NEWADDR` of IPv4; `nil` for another message.
    ///
    /// - Throws: `badMessage` without an index or an address, or if the lengths do not fit.
    package init?(_ message: NetlinkMessage) throws(Errno) {
        let payload = message.payload
        // struct ifaddrmsg: ifa_family u8, ifa_prefixlen u8, ifa_flags u8, ifa_scope u8, ifa_index u32
        guard Int(message.type) == RTM_NEWADDR, payload.native(UInt8.self, at: 0) == UInt8(AF_INET) else { return nil }
        let headLength = MemoryLayout<ifaddrmsg>.size
        guard payload.count >= headLength, let index = payload.native(UInt32.self, at: 4), index > 0 else {
            throw .badMessage
        }
        // On a point-to-point link IFA_ADDRESS is the other end's.
        var own: IPv4Address?
        var other: IPv4Address?
        try payload.dropFirst(headLength).forEachAttribute { (type, value) throws(Errno) in
            switch type {
            case CInt(IFA_LOCAL): own = IPv4Address(octets: value)
            case CInt(IFA_ADDRESS): other = IPv4Address(octets: value)
            default: break
            }
        }
        guard let address = own ?? other else { throw .badMessage }
        self.index = Int(index)
        self.address = address
    }
}

/// A text of the kernel up to its NUL, made printable.
private func text(_ value: ArraySlice<UInt8>) -> String { printable(value.prefix { $0 != 0 }) }

extension [UInt8] {
    init(native number: some FixedWidthInteger & BitwiseCopyable) {
        self.init()
        append(native: number)
    }
}
