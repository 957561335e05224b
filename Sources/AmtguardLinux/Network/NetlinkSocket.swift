import CLinux
import Glibc
import SystemPackage

/// A connection to a netlink family of the kernel, in the network namespace of the thread that created it.
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

    /// Takes over a socket that is bound already.
    ///
    /// - Throws: `invalidArgument` for anything but a netlink socket of this family, of the caller's network namespace.
    init(adopting opened: consuming Descriptor, family: CInt) throws(Errno) {
        // A descriptor opened with O_PATH may be the file of a socket, but socket calls do not accept it.
        guard try opened.status().st_mode & S_IFMT == S_IFSOCK, fcntl(opened.number, F_GETFL) & O_PATH == 0,
            try opened.get(SOL_SOCKET, SO_DOMAIN) == AF_NETLINK, try opened.get(SOL_SOCKET, SO_PROTOCOL) == family,
            try opened.isOfThisNamespace()
        else { throw .invalidArgument }
        try valueOrErrno { fcntl(opened.number, F_SETFL, fcntl(opened.number, F_GETFL) | O_NONBLOCK) }
        descriptor = opened
    }

    /// The number by which the kernel identifies the socket; mostly the process id of its creator.
    ///
    /// The corresponding C function is `getsockname`.
    func port() throws(Errno) -> UInt32 {
        var address = sockaddr_nl()
        var length = socklen_t(MemoryLayout<sockaddr_nl>.size)
        let number = descriptor.number
        try valueOrErrno {
            unsafe withUnsafeMutablePointer(to: &address) {
                unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe getsockname(number, __SOCKADDR_ARG(__sockaddr__: $0), &length)
                }
            }
        }
        return address.nl_pid
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

    /// Requests a list and passes each entry to `take`. Starts again with `initial` if the list changed in the
    /// meantime.
    ///
    /// Never blocks: the kernel creates the first part of the list in `send` and each further part in `recv`.
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

    /// The messages of one datagram that the kernel sent to a group; none if another sender sent it.
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
        sequence &+= 1
        try send(
            NetlinkMessage.request(
                type: type, flags: NLM_F_REQUEST | NLM_F_DUMP, sequence: sequence, payload: payload))
        var isWhole = true
        var buffer = [UInt8](repeating: 0, count: Self.bufferLength)
        for _ in 0..<Self.mostDatagrams {
            let (count, isFromKernel) = try receive(into: &buffer)
            guard isFromKernel else { continue }
            guard count <= buffer.count else { throw .messageTooLong }
            for message in try NetlinkMessage.parse(buffer[..<count]) where message.sequence == sequence {
                // The flag may be on a message of the list or on its end: an entry may be missing or appear twice.
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

    /// Sends one request, and returns the kernel's first answer.
    ///
    /// The answer is complete when `send` returns.
    /// - Throws: The kernel's error; `badMessage` or `messageTooLong` if the answer does not fit.
    mutating func ask(type: UInt16, payload: [UInt8]) throws(Errno) -> NetlinkMessage {
        sequence &+= 1
        try send(NetlinkMessage.request(type: type, flags: NLM_F_REQUEST, sequence: sequence, payload: payload))
        var buffer = [UInt8](repeating: 0, count: Self.bufferLength)
        for _ in 0..<Self.mostDatagrams {
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

    /// Sends requests as one datagram, and returns when all or none were carried out.
    ///
    /// Never blocks: the kernel's answers are complete when `send` returns.
    /// - Parameter requests: A beginning, the requests proper, and an end. The last of those proper has NLM_F_ACK.
    /// - Throws: The first error that the kernel reports for one of them; `noBufferSpace` if answers were lost, so that
    ///   the outcome is unknown; `messageTooLong` if they do not fit into the socket's buffer.
    mutating func commit(_ requests: [NetlinkRequest]) throws(Errno) {
        discardAnswers()
        // An answer does not repeat the request, which may be long.
        try descriptor.set(SOL_NETLINK, NETLINK_CAP_ACK, 1)
        let first = sequence &+ 1
        var datagram: [UInt8] = []
        for request in requests {
            sequence &+= 1
            datagram += NetlinkMessage.request(
                type: request.type, flags: NLM_F_REQUEST | request.flags, sequence: sequence,
                payload: request.payload)
        }
        try send(datagram)
        let acknowledged = sequence &- 1
        var isAcknowledged = false
        var buffer = [UInt8](repeating: 0, count: Self.bufferLength)
        for _ in 0..<Self.mostDatagrams {
            let answer: (count: Int, isFromKernel: Bool)
            do throws(Errno) {
                answer = try receive(into: &buffer)
            } catch .resourceTemporarilyUnavailable {
                break
            }
            guard answer.isFromKernel else { continue }
            guard answer.count <= buffer.count else { throw .messageTooLong }
            for message in try NetlinkMessage.parse(buffer[..<answer.count])
            where message.sequence &- first < UInt32(requests.count) {
                try message.requireSuccess()
                if message.sequence == acknowledged { isAcknowledged = true }
            }
        }
        guard isAcknowledged else { throw .noBufferSpace }
    }

    /// Discards the remaining answers of an earlier request.
    private func discardAnswers() {
        var byte: [UInt8] = [0]
        for _ in 0..<Self.mostDatagrams {
            do throws(Errno) {
                _ = try receive(into: &byte)
            } catch .noBufferSpace {
                continue
            } catch {
                return
            }
        }
    }

    /// The corresponding C function is `send`.
    private func send(_ datagram: [UInt8]) throws(Errno) {
        let number = descriptor.number
        try valueOrErrno { unsafe Glibc.send(number, datagram, datagram.count, 0) }
    }

    /// One datagram: its true length, even beyond the buffer, and whether it comes from the kernel.
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
