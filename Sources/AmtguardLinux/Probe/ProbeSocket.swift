// One connection of a probe, from a local port that is given. The kernel is told everything before the first packet,
// and nothing stays behind: no TIME_WAIT on a port that a hold needs, no half of a connection at the peer.

import AmtguardCore
import CLinux
import Glibc
import SystemPackage

/// A bound socket that connects once.
///
/// A class, since an array can't hold values with a single owner.
final class ProbeSocket {
    private let descriptor: Descriptor
    private let isIPv4: Bool

    /// Binds an own socket: beside a cooperative hold, with SO_REUSEADDR.
    ///
    /// The corresponding C functions are `socket`, `setsockopt` and `bind`.
    /// - Throws: `addressInUse`, `permissionDenied`.
    init(bindingTo source: ProbeEndpoint) throws(Errno) {
        let opened = try Self.open(source.family, SOCK_STREAM)
        let number = opened.number
        try Self.set(number, SOL_SOCKET, SO_REUSEADDR, 1)
        try valueOrErrno {
            unsafe source.withName { unsafe bind(number, __CONST_SOCKADDR_ARG(__sockaddr__: $0), $1) }
        }
        descriptor = opened
        isIPv4 = source.isIPv4
    }

    /// Takes a hold that was lent.
    ///
    /// - Throws: `badMessage` for a socket that is bound to something else: it would say nothing about this port.
    init(borrowing lent: consuming Descriptor, of source: ProbeEndpoint) throws(Errno) {
        let bound: ProbeEndpoint
        do {
            bound = try ProbeEndpoint(boundBy: lent)
        } catch {
            throw .badMessage
        }
        guard bound == source else { throw .badMessage }
        descriptor = lent
        isIPv4 = source.isIPv4
    }

    /// Ends the connection by a reset, where there is one. A hold stays bound, as its owner keeps it.
    deinit { disconnect() }

    static func open(_ family: CInt, _ type: __socket_type) throws(Errno) -> Descriptor {
        let type = CInt(type.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        return Descriptor(owning: try valueOrErrno { socket(family, type, 0) })
    }

    var number: CInt { descriptor.number }

    /// Sends the request.
    ///
    /// The corresponding C function is `connect`.
    /// - Returns: What came of it at once; `nil` if it is to be waited for.
    func connect(to peer: ProbeEndpoint) -> ProbeOutcome? {
        // What comes by ICMP is queued beside the error, by which it is told from a reset.
        try? queueNotices(true)
        let number = number
        do {
            try valueOrErrno {
                unsafe peer.withName { unsafe Glibc.connect(number, __CONST_SOCKADDR_ARG(__sockaddr__: $0), $1) }
            }
            return .connected
        } catch .nowInProgress {
            return nil
        } catch .addressNotAvailable {
            return .busy("another connection has it, to the same service")
        } catch {
            return outcome(of: error)
        }
    }

    /// What came of it, now that the socket is ready. The corresponding C function is `getsockopt` with SO_ERROR.
    func outcome() -> ProbeOutcome {
        var code: CInt = 0
        var length = socklen_t(MemoryLayout<CInt>.size)
        let number = number
        do {
            try valueOrErrno { unsafe getsockopt(number, SOL_SOCKET, SO_ERROR, &code, &length) }
        } catch {
            code = error.rawValue
        }
        return code == 0 ? .connected : outcome(of: Errno(rawValue: code))
    }

    private func outcome(of error: Errno) -> ProbeOutcome {
        switch error {
        case .connectionRefused where hasNotice: .unreachable("refused on the way, by ICMP")
        case .connectionRefused, .connectionReset: .refused
        // It stood, and the peer closed and reset it before we looked.
        case .brokenPipe: .connected
        case .timedOut: .silent
        case .networkUnreachable, .hostIsDown, .noRouteToHost, .networkDown, .protocolNotAvailable:
            .unreachable("\(error)")
        case _ where hasNotice: .unreachable("\(error)")
        default: .failed("\(error)")
        }
    }

    /// Whether an ICMP message lies in the queue of errors. The corresponding C function is `recv` with MSG_ERRQUEUE.
    private var hasNotice: Bool {
        var byte: UInt8 = 0
        return unsafe recv(number, &byte, 1, CInt(MSG_ERRQUEUE) | CInt(MSG_DONTWAIT)) >= 0
    }

    private func queueNotices(_ isOn: Bool) throws(Errno) {
        let level = isIPv4 ? CInt(IPPROTO_IP) : CInt(IPPROTO_IPV6)
        try Self.set(number, level, isIPv4 ? IP_RECVERR : IPV6_RECVERR, isOn ? 1 : 0)
    }

    /// The corresponding C function is `connect` with AF_UNSPEC, which resets the connection and keeps what `bind` gave.
    private func disconnect() {
        try? queueNotices(false)
        var nowhere = sockaddr()
        nowhere.sa_family = sa_family_t(AF_UNSPEC)
        let number = number
        _ = unsafe withUnsafePointer(to: &nowhere) {
            unsafe Glibc.connect(number, __CONST_SOCKADDR_ARG(__sockaddr__: $0), socklen_t(MemoryLayout<sockaddr>.size))
        }
    }

    private static func set(_ number: CInt, _ level: CInt, _ option: CInt, _ value: CInt) throws(Errno) {
        var value = value
        try valueOrErrno { unsafe setsockopt(number, level, option, &value, socklen_t(MemoryLayout<CInt>.size)) }
    }
}
