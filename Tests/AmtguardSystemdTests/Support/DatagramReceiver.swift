import Glibc
import SystemPackage

@testable import AmtguardSystemd

/// A socket like those of journald and the service manager, with a queue of `net.unix.max_dgram_qlen`.
final class DatagramReceiver {
    let descriptor: FileDescriptor

    init(_ path: String) throws {
        descriptor = FileDescriptor(
            rawValue: try check(socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)))
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
        let result = unsafe withUnsafePointer(to: address) {
            unsafe bind(
                descriptor.rawValue, __CONST_SOCKADDR_ARG(__sockaddr_un__: $0),
                socklen_t(MemoryLayout<sockaddr_un>.size))
        }
        guard result == 0 else { throw Errno(rawValue: errno) }
    }

    deinit { try? descriptor.close() }

    /// The next datagram, nil if there is none, and how many descriptors came with it. The descriptors are closed.
    func receive() -> (bytes: [UInt8], descriptors: Int)? {
        var bytes = [UInt8](repeating: 0, count: 300_000)
        var control = [UInt8](repeating: 0, count: 4_096)
        var header = unsafe msghdr()
        let count = unsafe bytes.withUnsafeMutableBytes { bytes in
            unsafe control.withUnsafeMutableBytes { control in
                var vector = unsafe iovec(iov_base: bytes.baseAddress, iov_len: bytes.count)
                return unsafe withUnsafeMutablePointer(to: &vector) {
                    unsafe header.msg_iov = $0
                    unsafe header.msg_iovlen = 1
                    unsafe header.msg_control = control.baseAddress
                    unsafe header.msg_controllen = control.count
                    return unsafe recvmsg(descriptor.rawValue, &header, CInt(MSG_DONTWAIT))
                }
            }
        }
        guard count >= 0 else { return nil }
        // A cmsghdr of 16 bytes, whose first word is its length, and then the descriptors.
        let length = unsafe header.msg_controllen == 0 ? 16 : control.withUnsafeBytes { unsafe $0.load(as: Int.self) }
        let descriptors = unsafe control.withUnsafeBytes { control in
            stride(from: 16, to: length, by: 4).map { unsafe control.load(fromByteOffset: $0, as: CInt.self) }
        }
        for descriptor in descriptors { close(descriptor) }
        return (Array(bytes.prefix(count)), descriptors.count)
    }

    func receiveText() -> String? {
        receive().map { String(decoding: $0.bytes, as: UTF8.self) }
    }
}
