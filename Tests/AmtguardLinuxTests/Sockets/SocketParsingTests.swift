import AmtguardCore
import CLinux
import Glibc
import SystemPackage
import Testing

@testable import AmtguardLinux

@Suite("Bytes of sock_diag")
struct SocketParsingTests {
    /// A dual-stack listener on [::]:16992 of uid 1000, laid out by linux/inet_diag.h.
    private static let dualStack =
        [UInt8(AF_INET6), 10, 0, 0]  // family, TCP_LISTEN, timer, retransmissions
        + [0x42, 0x60, 0, 0]  // source port 16992 and destination port, in network order
        + [UInt8](repeating: 0, count: 32)  // source and destination
        + [0, 0, 0, 0] + [1, 0, 0, 0, 0, 0, 0, 0]  // no interface, cookie
        + [UInt8](repeating: 0, count: 12)  // expiry, receive queue, write queue
        + [0xE8, 3, 0, 0] + [7, 0, 0, 0]  // uid, inode
        + attribute(INET_DIAG_SKV6ONLY, [0]) + attribute(INET_DIAG_CGROUP_ID, [0x6B, 0x0C, 0, 0, 1, 0, 0, 0])

    private static func entry(
        _ payload: [UInt8], _ transport: LocalSocket.TransportProtocol = .tcp
    ) throws(Errno) -> SocketEntry? {
        try SocketEntry(message(Int(SOCK_DIAG_BY_FAMILY), payload), transport)
    }

    @Test func `a listener is read whole`() throws {
        let entry = try #require(try Self.entry(Self.dualStack))
        let any = try #require(IPv6Address(octets: [UInt8](repeating: 0, count: 16)))
        #expect(entry.socket == LocalSocket(.tcp, .v6(any), port: 16992, .listening, uid: 1000, inode: 7))
        #expect(entry.controlGroup == 0x1_0000_0C6B)
        var bound = Self.dualStack
        bound[40] = 4
        #expect(try Self.entry(bound)?.socket.interface == 4)
    }

    @Test func `a connection has another end, and retransmissions where the timer is theirs`() throws {
        var payload = Self.dualStack
        payload[0] = UInt8(AF_INET)
        payload.replaceSubrange(1..<4, with: [2, 1, 6])  // SYN_SENT, the timer of retransmissions, six of them
        payload.replaceSubrange(6..<8, with: [1, 0xBB])
        payload.replaceSubrange(8..<12, with: [192, 0, 2, 20])
        payload.replaceSubrange(24..<28, with: [198, 51, 100, 7])
        let socket = try #require(try Self.entry(payload)).socket
        #expect(socket.state == .synSent && "\(socket.address)" == "192.0.2.20")
        #expect(socket.remote?.description == "198.51.100.7:443" && socket.retransmissions == 6)
        payload[2] = 2  // keepalive
        #expect(try Self.entry(payload)?.socket.retransmissions == 0)
    }

    /// net/tcp_states.h: none for TIME_WAIT, SYN_RECV, NEW_SYN_RECV and later values.
    static let states: [LocalSocket.State?] = [
        nil, .established, .synSent, nil, .finWait1, .finWait2, nil, .bound, .closeWait, .lastAck, .listening, .closing,
        nil, .bound, nil, nil,
    ]

    @Test(arguments: 0...15 as ClosedRange<UInt8>)
    func `a state is told, or belongs to no program`(state: UInt8) throws {
        var payload = Self.dualStack
        payload[1] = state
        #expect(try Self.entry(payload)?.socket.state == Self.states[Int(state)])
        let udp: LocalSocket.State? = state == 1 ? .established : state == 7 ? .unconnected : nil
        #expect(try Self.entry(payload, .udp)?.socket.state == udp)
    }

    @Test func `what is too short or of another family is refused`() {
        for length in 0..<72 {
            #expect(throws: Errno.badMessage) { try Self.entry(Array(Self.dualStack.prefix(length))) }
        }
        var payload = Self.dualStack
        payload[0] = 7
        #expect(throws: Errno.badMessage) { try Self.entry(payload) }
        #expect(throws: Errno.badMessage) { try Self.entry(Self.dualStack + [3, 0, 1, 0]) }
        #expect(throws: Never.self) { try Self.entry(Self.dualStack + attribute(INET_DIAG_CGROUP_ID, [1])) }
    }

    @Test(arguments: 0..<500 as Range<UInt64>)
    func `any bytes are met with a socket or an error`(seed: UInt64) {
        var random = Seeded(seed)
        let payload = random.damage(Self.dualStack)
        do throws(Errno) {
            _ = try Self.entry(payload)
        } catch {
            #expect(error == .badMessage, "seed \(seed)")
        }
    }

    /// Interprets the program like the kernel: net/ipv4/inet_diag.c, inet_diag_bc_run.
    private func accepts(_ program: [UInt8], _ port: UInt16) -> Bool {
        var (at, left) = (0, program.count)
        while left > 0 {
            let code = Int(program[at])
            let (yes, no) = (Int(program[at + 1]), Int(program[at + 2]) | Int(program[at + 3]) << 8)
            let operand = at + 8 <= program.count ? UInt16(program[at + 6]) | UInt16(program[at + 7]) << 8 : 0
            let isYes =
                switch code {
                case INET_DIAG_BC_S_GE: port >= operand
                case INET_DIAG_BC_S_LE: port <= operand
                default: false
                }
            at += isYes ? yes : no
            left -= isYes ? yes : no
        }
        return left == 0
    }

    @Test(
        arguments: [
            PortSet(16992...16995), PortSet(623...623, 664...664, 16992...16995), PortSet(0...65535),
            PortSet(merging: (0..<64).map { UInt16($0 * 100)...UInt16($0 * 100 + 3) }),
        ])
    func `the filter takes the ports and no other`(ports: PortSet) {
        let program = PortFilter.program(ports)
        #expect((UInt16.min ... .max).filter { accepts(program, $0) } == (UInt16.min ... .max).filter(ports.contains))
    }

    @Test func `of many ranges the filter takes the whole reach`() {
        let program = PortFilter.program(PortSet(merging: (1..<600).map { UInt16($0 * 100)...UInt16($0 * 100) }))
        #expect(program.count == 16)
        #expect(!accepts(program, 99) && accepts(program, 100) && accepts(program, 59_900) && !accepts(program, 59_901))
    }
}
