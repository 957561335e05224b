import CLinux
import Glibc
import SystemPackage

/// A connection to a netlink family of the kernel, in the network namespace of the thread that made it.
struct NetlinkSocket: ~Copyable {
    let descriptor: Descriptor
    private var sequence: UInt32 = 0

    /// The longest datagram of a list; the kernel fills up to 32 KiB.
    private static let bufferLength = 65_536
    private static let mostDatagrams = 4_096
    private static let mostAttempts = 8

    /// The corresponding C functions are `socket` with `AF_NETLINK` and `bind`.
    ///
    /// - Parameter groups: A mask of the groups whose messages the kernel sends unasked.
    init(family: CInt, groups: UInt32 = 0) throws(Errno) {
        let type = CInt(SOCK_RAW.rawValue) | CInt(SOCK_CLOEXEC.rawValue) | CInt(SOCK_NONBLOCK.rawValue)
        let opened = Descriptor(owning: try valueOrErrno { socket(AF_NETLINK, type, family) })
        try Self.bind(opened, groups: groups)
        descriptor = opened
    }

    private static func bind(_ descriptor: borrowing Descriptor, groups: UInt32) throws(Errno) {
        var address = sockaddr_nl()
        address.nl_family = sa_family_t(AF_NETLINK)
        address.nl_groups = groups
        let number = descriptor.number
        let length = socklen_t(MemoryLayout<sockaddr_nl>.size)
        try valueOrErrno {
            unsafe withUnsafePointer(to: &address) {
                unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe Glibc.bind(number, __CONST_SOCKADDR_ARG(__sockaddr__: $0), length)
                }
            }
        }
    }

    /// Asks for a list and passes each entry to `take`; begins again with `initial` if the list changed in the
    /// meantime.
    ///
    /// It never waits: the kernel makes the first part of the list in `send` and each further one in `recv`.
    /// - Throws: The kernel's error or that of `take`; `badMessage`, `messageTooLong`, `fileTooLarge` if the answer is
    ///   not a list; `resourceTemporarilyUnavailable` if it changed during each of eight attempts.
    mutating func dump<Value>(
        type: UInt16, payload: [UInt8], into initial: Value,
        take: (inout Value, NetlinkMessage) throws(Errno) -> Void
    ) throws(Errno) -> Value {
        for _ in 0..<Self.mostAttempts {
            var value = initial
            if try isWhole(type: type, payload: payload, take: { message throws(Errno) in try take(&value, message) }) {
                return value
            }
        }
        throw .resourceTemporarilyUnavailable
    }

    /// Asks for one thing.
    ///
    /// It never waits: the kernel answers in `send`.
    /// - Returns: The first message of the answer.
    /// - Throws: The kernel's error; `badMessage` and `messageTooLong` if the answer is not a message of its own.
    mutating func get(type: UInt16, payload: [UInt8]) throws(Errno) -> NetlinkMessage {
        sequence += 1
        let request = NetlinkMessage.request(type: type, flags: NLM_F_REQUEST, sequence: sequence, payload: payload)
        let number = descriptor.number
        try valueOrErrno { unsafe send(number, request, request.count, 0) }
        var buffer = [UInt8](repeating: 0, count: Self.bufferLength)
        for _ in 0..<Self.mostAttempts {
            let (count, isFromKernel) = try receive(into: &buffer)
            guard isFromKernel else { continue }
            guard count <= buffer.count else { throw .messageTooLong }
            for message in try NetlinkMessage.parse(buffer[..<count]) where message.sequence == sequence {
                if CInt(message.type) == NLMSG_ERROR { try message.requireSuccess() }
                return message
            }
        }
        throw .badMessage
    }

    /// The messages of one datagram that the kernel sent to a group; none if it is another sender's.
    ///
    /// - Throws: `resourceTemporarilyUnavailable` if there is none, `noBufferSpace` if some were lost.
    func takeUnasked() throws(Errno) -> [NetlinkMessage] {
        var buffer = [UInt8](repeating: 0, count: Self.bufferLength)
        let (count, isFromKernel) = try receive(into: &buffer)
        guard isFromKernel else { return [] }
        guard count <= buffer.count else { throw .messageTooLong }
        return try NetlinkMessage.parse(buffer[..<count])
    }

    private mutating func isWhole(
        type: UInt16, payload: [UInt8], take: (NetlinkMessage) throws(Errno) -> Void
    ) throws(Errno) -> Bool {
        sequence += 1
        let request = NetlinkMessage.request(
            type: type, flags: NLM_F_REQUEST | NLM_F_DUMP, sequence: sequence, payload: payload)
        let number = descriptor.number
        try valueOrErrno { unsafe send(number, request, request.count, 0) }
        var isWhole = true
        var buffer = [UInt8](repeating: 0, count: Self.bufferLength)
        for _ in 0..<Self.mostDatagrams {
            let (count, isFromKernel) = try receive(into: &buffer)
            guard isFromKernel else { continue }
            guard count <= buffer.count else { throw .messageTooLong }
            for message in try NetlinkMessage.parse(buffer[..<count]) where message.sequence == sequence {
                // The flag may be on a message of the list or on its end: an entry may be missing or be there twice.
                if CInt(message.flags) & NLM_F_DUMP_INTR != 0 { isWhole = false }
                switch CInt(message.type) {
                case NLMSG_DONE:
                    try message.requireSuccess()
                    return isWhole
                case NLMSG_ERROR: try message.requireSuccess()
                case NLMSG_NOOP: break
                default: try take(message)
                }
            }
        }
        throw .fileTooLarge
    }

    /// One datagram: its true length, even beyond the buffer, and whether only the kernel can have sent it.
    ///
    /// The corresponding C function is `recvfrom` with `MSG_TRUNC`.
    private func receive(into buffer: inout [UInt8]) throws(Errno) -> (count: Int, isFromKernel: Bool) {
        var sender = sockaddr_nl()
        var length = socklen_t(MemoryLayout<sockaddr_nl>.size)
        let number = descriptor.number
        let count = try valueOrErrno {
            unsafe withUnsafeMutablePointer(to: &sender) {
                unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe recvfrom(
                        number, &buffer, buffer.count, CInt(MSG_TRUNC), __SOCKADDR_ARG(__sockaddr__: $0), &length)
                }
            }
        }
        return (count, length == MemoryLayout<sockaddr_nl>.size && sender.nl_pid == 0)
    }
}
