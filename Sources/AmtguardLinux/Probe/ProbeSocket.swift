// One connection of a probe, from a given local port. All options are set before the first packet, and nothing remains:
// no TIME_WAIT on a port that a hold needs, no half-open connection at the peer.

import AmtguardCore
import CLinux
import Glibc
import SystemPackage

/// A socket that is bound and connects once.
///
/// A class, because an array can't have noncopyable elements.
final class ProbeSocket {
    private let descriptor: Descriptor
    private let source: ProbeEndpoint

    /// Opens the socket, with SO_REUSEADDR, so that it can bind beside a cooperative hold.
    ///
    /// ICMP messages are queued in addition to the error, which distinguishes them from a reset.
    /// The corresponding C functions are `socket` and `setsockopt` with IP_RECVERR or IPV6_RECVERR.
    init(from source: ProbeEndpoint) throws(Errno) {
        let opened = try SocketCalls.open(source.family, SOCK_STREAM)
        try opened.set(SOL_SOCKET, SO_REUSEADDR, 1)
        if source.isIPv4 {
            try ProbeMark.set(on: opened)
        } else {
            try opened.set(IPPROTO_IPV6, IPV6_RECVERR, 1)
        }
        descriptor = opened
        self.source = source
    }

    /// Resets the connection, if there is one.
    deinit { descriptor.disconnect() }

    /// The corresponding C function is `bind`.
    /// - Throws: `addressInUse`, `permissionDenied`.
    func bind() throws(Errno) {
        let number = number
        try valueOrErrno {
            unsafe source.withName { unsafe Glibc.bind(number, __CONST_SOCKADDR_ARG(__sockaddr__: $0), $1) }
        }
    }

    /// Binds the socket beside a strict hold of IPv4. After that it can connect, but not listen.
    ///
    /// The kernel lets a socket in repair mode bind a port that is in use. The hold is unchanged, so the port is held
    /// all the time: the kernel checks for conflicts when a socket binds or listens, and refuses all other programs.
    /// The usual way, SO_REUSEADDR on both sockets, would admit any program that binds at that moment. The
    /// corresponding C functions are `setsockopt` with TCP_REPAIR, which needs CAP_NET_ADMIN, and `bind`.
    /// - Throws: `notPermitted` without that capability.
    func bindBesideHold() throws(Errno) {
        try descriptor.set(IPPROTO_TCP, TCP_REPAIR, TCP_REPAIR_ON)
        defer {
            // TCP_REPAIR_OFF may send a packet; this value does not.
            try? descriptor.set(IPPROTO_TCP, TCP_REPAIR, TCP_REPAIR_OFF_NO_WP)
            // Repair mode has cleared SO_REUSEADDR. Without it the probe would block programs that the hold does not
            // block.
            try? descriptor.set(SOL_SOCKET, SO_REUSEADDR, 1)
        }
        try bind()
    }

    var number: CInt { descriptor.number }

    /// Sends the connection request.
    ///
    /// The corresponding C function is `connect`.
    /// - Returns: The immediate outcome; `nil` if the caller must wait for it.
    func connect(to peer: ProbeEndpoint) -> ProbeOutcome? {
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

    /// The outcome, once the socket is ready. The corresponding C function is `getsockopt` with SO_ERROR.
    func outcome() -> ProbeOutcome {
        let code: CInt
        do {
            code = try descriptor.get(SOL_SOCKET, SO_ERROR)
        } catch {
            code = error.rawValue
        }
        return code == 0 ? .connected : outcome(of: Errno(rawValue: code))
    }

    private func outcome(of error: Errno) -> ProbeOutcome {
        switch error {
        case .connectionRefused where hasNotice: .unreachable("refused on the way, by ICMP")
        case .connectionRefused, .connectionReset: .refused
        // The peer accepted the connection, and closed and reset it before this look.
        case .brokenPipe: .connected
        case .timedOut: .silent
        case .networkUnreachable, .hostIsDown, .noRouteToHost, .networkDown, .protocolNotAvailable:
            .unreachable("\(error)")
        case _ where hasNotice: .unreachable("\(error)")
        default: .failed("\(error)")
        }
    }

    /// Whether an ICMP message is in the error queue. The corresponding C function is `recv` with MSG_ERRQUEUE.
    private var hasNotice: Bool {
        var byte: UInt8 = 0
        return unsafe recv(number, &byte, 1, CInt(MSG_ERRQUEUE) | CInt(MSG_DONTWAIT)) >= 0
    }
}
