import CSystemd
import Glibc
import SystemPackage

@testable import AmtguardSystemd

/// Sends the message of systemd-udevd after it has processed a device, in the calling thread's network namespace.
enum DeviceEvent {
    static func send(_ action: String, _ path: String, subsystem: String) throws {
        var properties: [UInt8] = []
        for property in ["ACTION=\(action)", "DEVPATH=\(path)", "SUBSYSTEM=\(subsystem)", "SEQNUM=1"] {
            properties += Array(property.utf8) + [0]
        }
        func native(_ number: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }
        func network(_ number: UInt32) -> [UInt8] { native(number).reversed() }
        var bytes = Array("libudev\0".utf8)
        bytes += network(0xfeed_cafe)
        bytes += native(40)  // this header
        bytes += native(40)  // offset of the properties
        bytes += native(UInt32(properties.count))
        bytes += network(murmurHash2(Array(subsystem.utf8)))  // the kernel's filter key
        bytes += native(0) + native(0) + native(0)  // device type and tags
        bytes += properties

        let descriptor = try check(socket(AF_NETLINK, CInt(SOCK_RAW.rawValue | SOCK_CLOEXEC.rawValue), 15))
        defer { close(descriptor) }
        // A sockaddr_nl: family, padding, port 0, and udev's group; the kernel's own is 1.
        let address: [UInt8] = [UInt8(AF_NETLINK), 0, 0, 0] + native(0) + native(2)
        let sent = unsafe address.withUnsafeBytes { address in
            unsafe sendto(
                descriptor, bytes, bytes.count, 0,
                __CONST_SOCKADDR_ARG(__sockaddr__: address.assumingMemoryBound(to: sockaddr.self).baseAddress),
                socklen_t(address.count))
        }
        guard sent == bytes.count else { throw Errno(rawValue: errno) }
    }

    /// https://en.wikipedia.org/wiki/MurmurHash, with seed 0.
    private static func murmurHash2(_ bytes: [UInt8]) -> UInt32 {
        let factor: UInt32 = 0x5bd1_e995
        var hash = UInt32(bytes.count)
        var rest = bytes[...]
        while rest.count >= 4 {
            var word = rest.prefix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            word = word &* factor
            word ^= word >> 24
            hash = hash &* factor ^ word &* factor
            rest = rest.dropFirst(4)
        }
        if !rest.isEmpty {
            hash ^= rest.reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            hash = hash &* factor
        }
        hash ^= hash >> 13
        hash = hash &* factor
        return hash ^ hash >> 15
    }
}
