import CLinux
import Glibc
package import SystemPackage

/// One message of a netlink datagram.
package struct NetlinkMessage: Hashable {
    var type: UInt16
    var flags: UInt16
    /// The sequence number of the request that it answers.
    var sequence: UInt32
    /// The bytes after the header.
    package var payload: ArraySlice<UInt8>

    /// `struct nlmsghdr`: nlmsg_len u32, nlmsg_type u16, nlmsg_flags u16, nlmsg_seq u32, nlmsg_pid u32.
    package static let headerLength = 16

    /// The messages of a datagram, in order.
    ///
    /// - Throws: `badMessage` if a length does not fit.
    package static func parse(_ datagram: ArraySlice<UInt8>) throws(Errno) -> [NetlinkMessage] {
        var messages: [NetlinkMessage] = []
        var rest = datagram
        while !rest.isEmpty {
            guard let length = rest.native(UInt32.self, at: 0).map(Int.init),
                let type = rest.native(UInt16.self, at: 4), let flags = rest.native(UInt16.self, at: 6),
                let sequence = rest.native(UInt32.self, at: 8), length >= headerLength, length <= rest.count
            else { throw .badMessage }
            let payload = rest.prefix(length).dropFirst(headerLength)
            messages.append(NetlinkMessage(type: type, flags: flags, sequence: sequence, payload: payload))
            rest = rest.dropFirst(aligned(length))
        }
        return messages
    }

    /// A request as one datagram. The kernel fills in the sender.
    package static func request(type: UInt16, flags: CInt, sequence: UInt32, payload: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(native: UInt32(headerLength + payload.count))
        bytes.append(native: type)
        bytes.append(native: UInt16(flags))
        bytes.append(native: sequence)
        bytes.append(native: UInt32(0))
        return bytes + payload
    }

    /// Throws the error in the message, in an answer (`NLMSG_ERROR`) or at the end of a list (`NLMSG_DONE`).
    ///
    /// - Throws: `badMessage` for an error without a number, or with an invalid one.
    package func requireSuccess() throws(Errno) {
        // Older kernels end a list without a number.
        if Int32(type) == NLMSG_DONE, payload.isEmpty { return }
        guard let code = payload.native(Int32.self, at: 0), code > -4_096 else { throw .badMessage }
        if code < 0 { throw Errno(rawValue: -code) }
    }
}

extension ArraySlice<UInt8> {
    /// Calls `body` with each attribute of a list: `struct rtattr`, length u16 with the header, type u16, both in the
    /// machine's order, then the value, padded to four bytes.
    ///
    /// - Throws: `badMessage` if a length does not fit, and the errors of `body`.
    func forEachAttribute(_ body: (_ type: CInt, _ value: ArraySlice<UInt8>) throws(Errno) -> Void) throws(Errno) {
        var rest = self
        while !rest.isEmpty {
            guard let length = rest.native(UInt16.self, at: 0).map(Int.init),
                let type = rest.native(UInt16.self, at: 2),
                length >= 4, length <= rest.count
            else { throw .badMessage }
            // The two highest bits mean that the value is a list, or in network order.
            try body(CInt(type & 0x3FFF), rest.prefix(length).dropFirst(4))
            rest = rest.dropFirst(aligned(length))
        }
    }
}

extension [UInt8] {
    /// Appends a number in the machine's byte order.
    mutating func append(native number: some FixedWidthInteger & BitwiseCopyable) {
        unsafe Swift.withUnsafeBytes(of: number) { unsafe append(contentsOf: $0) }
    }

    /// Appends an attribute, padded to four bytes.
    mutating func append(attribute type: CInt, _ value: [UInt8]) {
        append(native: UInt16(4 + value.count))
        append(native: UInt16(type))
        self += value
        append(contentsOf: repeatElement(0, count: aligned(value.count) - value.count))
    }
}

/// A request that is one of several in a datagram.
struct NetlinkRequest: Hashable {
    var type: UInt16
    /// In addition to NLM_F_REQUEST.
    var flags: CInt = 0
    var payload: [UInt8]
}

private func aligned(_ length: Int) -> Int { (length + 3) & ~3 }
