import AmtguardCore
import AmtguardLinux
import Foundation
import Glibc
import SystemPackage
import Testing

@Suite("Sockets of the kernel", .enabled(if: isRoot, needsRoot))
struct SocketReaderTests {
    private static let ports = PortSet(623...623, 664...664, 16992...16995)

    private static func listeners(on ports: PortSet = Self.ports) throws -> [String] {
        try readSockets(on: ports).listeners.map {
            "\($0.protocol) \($0.address) \($0.port) \($0.reach)\($0.takesIPv4 ? "" : " v6only") \($0.uid)"
        }
    }

    @Test func `no program listens in a new namespace`() throws {
        #expect(try inPrivateNetwork { try Self.listeners() } == [])
        #expect(try inPrivateNetwork { try Self.listeners(on: PortSet()) } == [])
    }

    @Test func `each is reported with protocol, address, port and owner`() throws {
        let found = try inPrivateNetwork {
            try shell(
                "ip link set lo up && ip addr add 192.0.2.1/32 dev lo && ip addr add 2001:db8::1/128 dev lo nodad")
            let sockets = [
                try TestSocket(.tcp, "0.0.0.0", 16992).listen(), try TestSocket(.tcp, "127.0.0.1", 16993).listen(),
                try TestSocket(.tcp, "192.0.2.1", 16994).listen(), try TestSocket(.tcp, "::", 623).listen(),
                try TestSocket(.tcp, "::", 664, v6Only: true).listen(),
                try TestSocket(.tcp, "2001:db8::1", 16995).listen(),
                try TestSocket(.udp, "0.0.0.0", 623), try TestSocket(.udp, "::1", 664),
                try TestSocket(.udp, "192.0.2.1", 664), try TestSocket(.tcp, "::ffff:127.0.0.1", 16995).listen(),
                // Not among the results: another port, only bound, connected.
                try TestSocket(.tcp, "0.0.0.0", 16991).listen(), try TestSocket(.tcp, "0.0.0.0", 16996).listen(),
                try TestSocket(.tcp, "127.0.0.1", 664), try TestSocket(.tcp, "192.0.2.1", 16993),
                try TestSocket(.udp, "127.0.0.1", 16992).connect("127.0.0.1", 9),
                try TestSocket(.tcp, "192.0.2.1", 16995).connect("127.0.0.1", 16992),
            ]
            return try withExtendedLifetime(sockets) { try Self.listeners() }
        }
        #expect(
            found == [
                "tcp :: 623 wildcard 0",
                "udp 0.0.0.0 623 wildcard 0",
                "tcp :: 664 wildcard v6only 0",
                "udp 192.0.2.1 664 address 0",
                "udp ::1 664 loopback v6only 0",
                "tcp 0.0.0.0 16992 wildcard 0",
                "tcp 127.0.0.1 16993 loopback 0",
                "tcp 192.0.2.1 16994 address 0",
                "tcp 2001:db8::1 16995 address v6only 0",
                "tcp ::ffff:127.0.0.1 16995 loopback 0",
            ])
    }

    @Test func `one that closed is no listener any more`() throws {
        let (during, after) = try inPrivateNetwork {
            try shell("ip link set lo up")
            let socket = try TestSocket(.tcp, "0.0.0.0", 16992).listen()
            let during = try withExtendedLifetime(socket) { try Self.listeners().count }
            socket.close()
            return (during, try Self.listeners().count)
        }
        #expect(during == 1 && after == 0)
    }

    @Test func `the owner and the interface are reported, and many threads of one server are one`() throws {
        let found = try inPrivateNetwork {
            try shell("ip link set lo up")
            let sockets = try (0..<300).map { _ in
                let socket = try TestSocket(.udp, "0.0.0.0", 623, sharing: true, device: "lo")
                #expect(fchown(socket.number, 1234, 1234) == 0)
                return socket
            }
            return try withExtendedLifetime(sockets) { try readSockets(on: Self.ports).listeners }
        }
        #expect(found.count == 1)
        #expect(found.first?.uid == 1234 && found.first?.interface == 1)
    }

    @Test func `an opened, connected, bound or ownerless socket is reported with its state and its other end`() throws {
        let found = try inPrivateNetwork {
            try shell(
                "ip link set lo up && ip link add d0 type veth peer name d1 && ip link set d0 up && ip link set d1 up "
                    + "&& ip addr add 192.0.2.20/24 dev d0 && ip neigh add 192.0.2.99 lladdr 02:00:00:00:00:09 dev d0")
            let server = try TestSocket(.tcp, "127.0.0.1", 5000).listen()
            let sockets = [
                server, try TestSocket(.tcp, "127.0.0.1", 16995).connect("127.0.0.1", 5000),
                try TestSocket(.tcp, "192.0.2.20", 16994, waiting: false).begin("192.0.2.99", 443),
                try TestSocket(.tcp, "192.0.2.20", 623),
                try TestSocket(.udp, "192.0.2.20", 664).connect("192.0.2.99", 9),
                try TestSocket(.tcp, "::ffff:192.0.2.20", 664, waiting: false).begin("::ffff:192.0.2.99", 443),
            ]
            // Waits until the first packet was retransmitted.
            for _ in 0..<500 where try !readSockets(on: Self.ports).sockets.contains(where: { $0.retransmissions > 0 })
            {
                usleep(10_000)
            }
            return try withExtendedLifetime(sockets) { try readSockets(on: Self.ports, includingBound: true) }
        }
        #expect(
            found.sockets.map {
                "\($0.protocol) \($0.address) \($0.port) \($0.state.rawValue) \($0.remote.map { "\($0)" } ?? "-")"
            } == [
                "tcp 192.0.2.20 623 bound -", "tcp ::ffff:192.0.2.20 664 syn-sent [::ffff:192.0.2.99]:443",
                "udp 192.0.2.20 664 established 192.0.2.99:9", "tcp 192.0.2.20 16994 syn-sent 192.0.2.99:443",
                "tcp 127.0.0.1 16995 established 127.0.0.1:5000",
            ])
        #expect(found.sockets.allSatisfy { $0.isOwn && $0.inode != nil && $0.takesIPv4 })
        #expect(found.sockets.contains { $0.state == .synSent && $0.retransmissions > 0 })
    }

    @Test func `a socket that is only bound is reported on request, our own as our own`() throws {
        let (usual, all) = try inPrivateNetwork {
            try shell("ip link set lo up")
            let other = try spawn(
                "exec perl -MSocket -e 'socket S, PF_INET, SOCK_STREAM, 0; bind S, sockaddr_in(16993, INADDR_LOOPBACK);"
                    + " $| = 1; print qq(x\\n); <STDIN>'")
            try other.waitForLine()
            let sockets = [try TestSocket(.tcp, "127.0.0.1", 16992), try TestSocket(.tcp, "::1", 16995)]
            defer { other.finish() }
            return try withExtendedLifetime(sockets) {
                (try readSockets(on: Self.ports), try readSockets(on: Self.ports, includingBound: true))
            }
        }
        #expect(usual.sockets.isEmpty)
        #expect(
            all.sockets.map { "\($0.port) \($0.state) \($0.isOwn)" } == [
                "16992 bound true", "16993 bound false", "16995 bound true",
            ])
    }

    @Test func `clients by the thousand crowd out neither the server nor the memory`() throws {
        let found = try inPrivateNetwork {
            try shell("ip link set lo up")
            let server = try TestSocket(.tcp, "127.0.0.1", 16992, backlog: 1_500).listen()
            let clients = try (0..<1_200).map { _ in try TestSocket(.tcp, "127.0.0.1", 0).connect("127.0.0.1", 16992) }
            return try withExtendedLifetime((server, clients)) { try readSockets(on: Self.ports) }
        }
        #expect(found.sockets.count == 1_025 && found.omitted == 176)
        #expect(found.listeners.count == 1)
        // No program has accepted them.
        #expect(found.sockets.count { $0.inode == nil } == 1_024)
    }

    @Test func `the process is found by the inode`() throws {
        let (own, none, pid, holder) = try inPrivateNetwork {
            try shell("ip link set lo up")
            let server = try spawn("nc -l 127.0.0.1 16992 & echo; read line; kill -9 $!")
            try server.waitForLine()
            for _ in 0..<500 where try readSockets(on: Self.ports).listeners.isEmpty { usleep(10_000) }
            let foreign = try readSockets(on: Self.ports).sockets
            let mine = try TestSocket(.tcp, "127.0.0.1", 16993)
            let inode = try readSockets(on: PortSet(16993...16993), includingBound: true).sockets.first?.inode ?? 0
            let found = withExtendedLifetime(mine) { holders(of: [inode, 1]) }
            let holder = holders(of: Set(foreign.compactMap(\.inode)))
            server.finish()
            #expect(foreign.map(\.isOwn) == [false])
            return (found[inode], found[1], getpid(), holder.values.first?.command)
        }
        #expect(own?.pid == pid && own?.command?.isEmpty == false && none == nil)
        #expect(holder == "nc")
    }

    @Test func `any set of ports is asked for`() throws {
        let found = try inPrivateNetwork {
            try shell("ip link set lo up")
            let sockets = try [100, 300, 301, 30_100, 59_900].map { try TestSocket(.tcp, "0.0.0.0", $0).listen() }
            return try withExtendedLifetime(sockets) {
                [
                    try readSockets(on: PortSet(merging: (1..<600).map { UInt16($0 * 100)...UInt16($0 * 100) })),
                    try readSockets(on: PortSet(merging: (1..<60).map { UInt16($0 * 100)...UInt16($0 * 100) })),
                    try readSockets(on: PortSet(0...65535)),
                ].map { $0.sockets.map(\.port) }
            }
        }
        #expect(found == [[100, 300, 30_100, 59_900], [100, 300], [100, 300, 301, 30_100, 59_900]])
    }

    @Test func `the unit is found by the control group, be it deep in the tree`() throws {
        let found = try inPrivateNetwork {
            // The thread has its own mount namespace, so that nothing remains.
            let tree = try TemporaryDirectory()
            guard unshare(CLONE_NEWNS) == 0,
                unsafe mount(nil, "/", nil, UInt(MS_REC | MS_PRIVATE), nil) == 0,
                unsafe mount("none", tree.path, "cgroup2", 0, nil) == 0
            else { throw Errno(rawValue: errno) }
            defer { unsafe umount2(tree.path, CInt(MNT_DETACH)) }
            let slice = tree.path + "/amtguardtest\(getpid()).slice"
            let group = slice + "/lms.service/payload"
            try shell("ip link set lo up && mkdir -p \(group) \(slice)/other.service")
            let server = try spawn(
                "echo $$ > \(group)/cgroup.procs; nc -l 0.0.0.0 16992 & echo; read line; kill -9 $!")
            try server.waitForLine()
            // The server listens soon.
            for _ in 0..<500 where try readSockets(on: Self.ports).listeners.isEmpty { usleep(10_000) }
            let found = [
                try readSockets(on: Self.ports, cgroups: FilePath(tree.path)).listeners,
                try readSockets(on: Self.ports, cgroups: FilePath("/proc")).listeners,
                try readSockets(on: Self.ports, cgroups: FilePath("/nowhere")).listeners,
            ]
            server.finish()
            try shell("sleep 0.2; rmdir \(group) \(slice)/lms.service \(slice)/other.service \(slice)")
            return found
        }
        #expect(found.map { $0.map(\.port) } == [[16992], [16992], [16992]])
        #expect(found.map { $0.first?.unit } == ["lms.service", nil, nil])
        // The shell has replaced itself by the server.
        #expect(found[0].first?.commands.contains("nc") == true)
        #expect(found[1].first?.commands == [] && found[2].first?.commands == [])
    }
}
