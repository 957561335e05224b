import AmtguardCore
import AmtguardLinux
import Glibc
import SystemPackage
import Testing

/// Another network namespace at the end of a veth pair, 192.0.2.1 here and 192.0.2.2 there, for as long as it lives.
///
/// Must be created on a thread of `inPrivateNetwork`.
final class PeerNetwork {
    /// Keeps the namespace alive, and has a pid for `ip` and `nsenter`.
    private let child: Child
    private var sockets: [CInt] = []

    /// - Parameter listening: The ports on which the peer accepts connections, without further action.
    init(listening ports: [UInt16] = []) throws {
        let here = unsafe open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)
        guard here >= 0, unshare(CLONE_NEWNET) == 0 else { throw PrivateNetworkError.unshare(errno) }
        defer {
            // The sockets stay in the namespace in which they were created.
            setns(here, CLONE_NEWNET)
            close(here)
        }
        child = try spawn("echo; read line")
        try child.waitForLine()
        for port in ports { sockets.append(try Self.listen(on: port)) }
    }

    /// Connects the two namespaces.
    func connect() throws {
        try shell(
            """
            ip link set lo up && ip link add host0 type veth peer name peer0 netns \(child.pid) &&
            ip address add 192.0.2.1/24 dev host0 && ip address add 2001:db8::1/64 dev host0 nodad &&
            ip link set host0 up
            """)
        try peer("ip address add 192.0.2.2/24 dev peer0 && ip address add 2001:db8::2/64 dev peer0 nodad")
        try peer("ip link set lo up && ip link set peer0 up")
        // Packets that are sent before the kernel has the link up are lost.
        try shell(Self.awaiting("host0"))
        try peer(Self.awaiting("peer0"))
    }

    private static func awaiting(_ link: String) -> String {
        "for i in $(seq 250); do ip -br link show \(link) | grep -qw UP && exit 0; sleep 0.02; done; exit 1"
    }

    /// Runs a shell command at the peer.
    func peer(_ script: String) throws { try shell("nsenter --target \(child.pid) --net sh -c '\(script)'") }

    /// Makes the card drop packets for these ports.
    func divert(_ ports: String) throws {
        try shell(
            """
            nft 'table netdev card { chain ingress { type filter hook ingress device "host0" priority 0;
            tcp dport { \(ports) } drop; }; }'
            """)
    }

    deinit {
        for socket in sockets { close(socket) }
        child.finish()
    }

    /// A listener of both families; the kernel completes its connections without a program.
    private static func listen(on port: UInt16) throws -> CInt {
        let number = socket(AF_INET6, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        var name = sockaddr_in6()
        name.sin6_family = sa_family_t(AF_INET6)
        name.sin6_port = port.bigEndian
        let bound = unsafe withUnsafePointer(to: name) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(number, __CONST_SOCKADDR_ARG(__sockaddr__: $0), socklen_t(MemoryLayout<sockaddr_in6>.size))
            }
        }
        guard bound == 0, Glibc.listen(number, 128) == 0 else { throw Errno(rawValue: errno) }
        return number
    }
}
