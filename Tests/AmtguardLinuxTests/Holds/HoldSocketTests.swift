import AmtguardCore
import AmtguardLinux
import Glibc
import SystemPackage
import Testing

@Suite("Holds on the kernel", .enabled(if: isRoot, needsRoot))
struct HoldSocketTests {
    private static let address = "192.0.2.1"
    private static let port: UInt16 = 16992

    /// In a namespace with 192.0.2.1 and 192.0.2.2 on lo.
    private static func inHost<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) throws -> Value {
        try inPrivateNetwork {
            try shell("ip link set lo up && ip addr add 192.0.2.1/32 dev lo && ip addr add 192.0.2.2/32 dev lo")
            return try body()
        }
    }

    private static func hold(_ port: UInt16 = port, _ address: String = address, shared: Bool = true) throws
        -> HoldSocket
    {
        try HoldSocket(Hold(#require(IPv4Address(address)), port), isShared: shared)
    }

    private static func outcome(_ body: () throws -> Void) -> String {
        do { try body() } catch Errno.addressInUse { return "in use" } catch Errno.addressNotAvailable {
            return "none left"
        } catch { return "\(error)" }
        return "ok"
    }

    /// The sockets of Intel LMS: wildcard, SO_REUSEADDR, bind and listen, for IPv4 and for IPv6 that takes IPv4 as
    /// well.
    private static func startLMS(on port: UInt16 = port) throws -> [TestSocket] {
        [try TestSocket(.tcp, "0.0.0.0", port).listen(), try TestSocket(.tcp, "::", port, v6Only: true).listen()]
    }

    @Test(arguments: [UInt16(16992), 623])
    func `a server in the manner of LMS serves beside a shared hold, in either order`(port: UInt16) throws {
        let said = try Self.inHost {
            var said: [String] = []
            do {
                let hold = try Self.hold(port)
                let lms = try Self.startLMS(on: port)
                withExtendedLifetime((hold, lms)) {
                    said.append(Self.outcome { _ = try TestSocket(connectingTo: Self.address, port) })
                }
            }
            let earlier = try Self.startLMS(on: port)
            withExtendedLifetime(earlier) {
                said.append(Self.outcome { _ = try Self.hold(port) })
                said.append(Self.outcome { _ = try TestSocket(connectingTo: Self.address, port) })
            }
            return said
        }
        #expect(said == ["ok", "in use", "ok"], "served; and where it was first, the port is not chosen anyway")
    }

    @Test func `with a strict hold such a server is refused on IPv4 and on the wildcard of both`() throws {
        let said = try Self.inHost {
            let hold = try Self.hold(shared: false)
            return withExtendedLifetime(hold) {
                [
                    Self.outcome { _ = try TestSocket(.tcp, "0.0.0.0", Self.port) },
                    Self.outcome { _ = try TestSocket(.tcp, "::", Self.port) },
                    Self.outcome { _ = try TestSocket(.tcp, Self.address, Self.port) },
                    Self.outcome { _ = try TestSocket(.tcp, "127.0.0.1", Self.port) },
                ]
            }
        }
        #expect(said == ["in use", "in use", "in use", "ok"])
    }

    @Test func `whoever does not set SO_REUSEADDR is refused at once, on IPv6 as well where it takes IPv4`() throws {
        let said = try Self.inHost {
            let hold = try Self.hold()
            return withExtendedLifetime(hold) {
                [
                    Self.outcome { _ = try TestSocket(.tcp, "0.0.0.0", Self.port, reusing: false) },
                    Self.outcome { _ = try TestSocket(.tcp, Self.address, Self.port, reusing: false) },
                    Self.outcome { _ = try TestSocket(.tcp, "::", Self.port, reusing: false) },
                    Self.outcome { _ = try TestSocket(.tcp, "::", Self.port, v6Only: true, reusing: false) },
                    Self.outcome { _ = try TestSocket(.tcp, "192.0.2.2", Self.port, reusing: false) },
                ]
            }
        }
        #expect(said == ["in use", "in use", "in use", "ok", "ok"], "so IPv6 needs no hold of its own")
    }

    @Test func `what shares can be changed while it is bound, in both directions`() throws {
        let said = try Self.inHost {
            let hold = try Self.hold()
            func bind() -> String { Self.outcome { _ = try TestSocket(.tcp, "0.0.0.0", Self.port) } }
            var said = [bind(), "\(hold.isShared)"]
            for isShared in [false, true, false] {
                try hold.share(isShared)
                said += [bind(), "\(hold.isShared)"]
            }
            return said
        }
        #expect(said == ["ok", "true", "in use", "false", "ok", "true", "in use", "false"])
    }

    @Test func `SO_REUSEPORT alone is refused, as soon as the note of a bind with both options is cleared`() throws {
        let said = try Self.inHost {
            let hold = try Self.hold()
            func alone(_ host: String) -> String {
                Self.outcome { _ = try TestSocket(.tcp, host, Self.port, reusing: false, sharing: true) }
            }
            var said = [alone(Self.address)]
            for (host, listens) in [(Self.address, false), ("0.0.0.0", true)] {
                let both = try TestSocket(.tcp, host, Self.port, sharing: true)
                if listens { try both.listen() } else { both.close() }
                withExtendedLifetime(both) {
                    said.append(alone(host))
                    hold.clearNotes()
                    said.append(alone(host))
                }
            }
            said.append(Self.outcome { _ = try TestSocket(.tcp, "0.0.0.0", Self.port) })
            return withExtendedLifetime(hold) { said }
        }
        #expect(said == ["in use", "ok", "in use", "ok", "in use", "ok"])
    }

    @Test func `ip_autobind_reuse has the kernel choose a shared hold's port for SO_REUSEADDR, last of all`() throws {
        let said = try Self.inHost {
            try shell("echo '\(Self.port) \(Self.port)' > /proc/sys/net/ipv4/ip_local_port_range")
            let hold = try Self.hold()
            func choose(reusing: Bool) -> String {
                Self.outcome { _ = try TestSocket(.tcp, Self.address, 0, reusing: reusing) }
            }
            var said = [choose(reusing: true)]
            try shell("echo 1 > /proc/sys/net/ipv4/ip_autobind_reuse")
            said += [choose(reusing: true), choose(reusing: false)]
            try hold.share(false)
            said.append(choose(reusing: true))
            return withExtendedLifetime(hold) { said }
        }
        #expect(said == ["in use", "ok", "in use", "in use"], "as amtguard.conf(5) says")
    }

    @Test(arguments: [true, false])
    func `connect never chooses a held port, over IPv4 or over IPv6`(shared: Bool) throws {
        let said = try Self.inHost {
            let servers = [try TestSocket(.tcp, "127.0.0.1", 9).listen(), try TestSocket(.tcp, "::1", 9).listen()]
            try shell("echo '\(Self.port) \(Self.port)' > /proc/sys/net/ipv4/ip_local_port_range")
            func choose(_ host: String) -> String { Self.outcome { _ = try TestSocket(connectingTo: host, 9) } }
            let hold = try Self.hold(shared: shared)
            let held = withExtendedLifetime((hold, servers)) { [choose("127.0.0.1"), choose("::1")] }
            hold.makeWay()
            return held
        }
        #expect(said == ["none left", "none left"])
        let control = try Self.inHost {
            let server = try TestSocket(.tcp, "127.0.0.1", 9).listen()
            try shell("echo '\(Self.port) \(Self.port)' > /proc/sys/net/ipv4/ip_local_port_range")
            return withExtendedLifetime(server) { Self.outcome { _ = try TestSocket(connectingTo: "127.0.0.1", 9) } }
        }
        #expect(control == "ok", "without a hold it does")
    }

    @Test func `bindresvport never gets a held port, and without holds each of them`() throws {
        /// glibc tries each port of 600-1023 once, one per call.
        @Sendable func chosen() -> Set<UInt16> {
            Set(
                (0..<430).compactMap { _ in
                    let number = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
                    defer { close(number) }
                    var name = sockaddr_in()
                    name.sin_family = sa_family_t(AF_INET)
                    guard unsafe bindresvport(number, &name) == 0 else { return nil }
                    return UInt16(bigEndian: name.sin_port)
                })
        }
        let (held, free) = try Self.inHost {
            let holds = [try Self.hold(623), try Self.hold(664)]
            let held = withExtendedLifetime(holds) { chosen() }
            return (held, try inPrivateNetwork { chosen() })
        }
        #expect(held.count == 422 && held.isDisjoint(with: [623, 664]))
        #expect(free.count == 424 && free.isSuperset(of: [623, 664]))
    }

    @Test func `a hold stands before its address is up`() throws {
        let said = try Self.inHost {
            let hold = try Self.hold(Self.port, "198.51.100.1")
            return try withExtendedLifetime(hold) {
                try shell("ip addr add 198.51.100.1/32 dev lo")
                return Self.outcome { _ = try TestSocket(.tcp, "198.51.100.1", Self.port, reusing: false) }
            }
        }
        #expect(said == "in use")
    }

    @Test func `a socket of UDP is asked to queue nothing, and gets nothing`() throws {
        let received = try Self.inHost {
            let hold = try HoldSocket(Hold(#require(IPv4Address(Self.address)), 623, .udp), isShared: true)
            let sender = try TestSocket(.udp, "127.0.0.1", 0).connect(Self.address, 623)
            var text: [UInt8] = Array("RMCP".utf8)
            let sent = unsafe send(sender.number, &text, text.count, 0)
            let read = unsafe recv(hold.fileDescriptor.rawValue, &text, text.count, CInt(MSG_DONTWAIT))
            return withExtendedLifetime(hold) { [sent, read, Int(errno == EAGAIN ? 1 : 0)] }
        }
        #expect(received == [4, -1, 1])
    }

    @Test func `a port below 1024 needs a capability`() throws {
        let said = try Self.inHost {
            try dropCapabilities()
            return [Self.outcome { _ = try Self.hold(623) }, Self.outcome { _ = try Self.hold(16992) }]
        }
        #expect(said == ["\(Errno.permissionDenied)", "ok"])
    }

    @Test func `what was done with a stored hold is ended, and it stays bound all the while`() throws {
        let said = try Self.inHost {
            let server = try TestSocket(.tcp, "192.0.2.2", 80).listen()
            func bind() -> String { Self.outcome { _ = try TestSocket(.tcp, Self.address, Self.port) } }
            var said: [String] = []
            // Connected to a listener, and refused without one.
            for port: UInt16 in [80, 81] {
                let socket = try TestSocket(.tcp, Self.address, Self.port, reusing: false)
                said.append(Self.outcome { try socket.connect("192.0.2.2", port) })
                said.append(bind())
                let adopted = HoldSocket(adopting: socket.copy)
                socket.close()
                said.append(bind())
                said.append(Self.outcome { try adopted?.share(true) })
                said.append(bind())
            }
            return withExtendedLifetime(server) { said }
        }
        let refused = "\(Errno.connectionRefused)"
        #expect(said == ["ok", "in use", "in use", "ok", "ok", refused, "in use", "in use", "ok", "ok"])
    }

    @Test func `a stored hold is known by what it is, and nothing else is taken for one`() throws {
        let said = try Self.inHost {
            func adopt(_ number: CInt) -> String {
                guard let adopted = HoldSocket(adopting: TestSocket(copying: number).copy) else { return "none" }
                return "\(adopted.hold)"
            }
            let hold = try Self.hold()
            let udp = try TestSocket(.udp, Self.address, 623)
            let listener = try TestSocket(.tcp, Self.address, 80).listen()
            let wildcard = try TestSocket(.tcp, "0.0.0.0", 81)
            let six = try TestSocket(.tcp, "::1", 82)
            let unbound = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
            let local = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
            let file = unsafe open("/dev/null", O_RDONLY)
            let raw = TestSocket(unbound: AF_INET, SOCK_RAW, protocol: CInt(IPPROTO_TCP))
            try raw.bind(Self.address, 83)
            let directory = try TemporaryDirectory()
            let name = try directory.socketName()
            let elsewhere = try inPrivateNetwork {
                let socket = try TestSocket(.tcp, "127.0.0.1", 16992)
                return withExtendedLifetime(socket) { fcntl(socket.number, F_DUPFD_CLOEXEC, 3) }
            }
            defer { for number in [unbound, local, file, elsewhere] { close(number) } }
            return withExtendedLifetime((hold, udp, listener, wildcard, six, raw, name)) {
                [
                    hold.fileDescriptor.rawValue, udp.number, wildcard.number, six.number, unbound, local, file,
                    elsewhere, raw.number, name.number,
                ]
                .map(adopt) + [
                    adopt(listener.number), Self.outcome { _ = try TestSocket(.tcp, Self.address, 80).listen() },
                ]
            }
        }
        #expect(
            said == [
                "192.0.2.1:16992/tcp", "192.0.2.1:623/udp", "none", "none", "none", "none", "none", "none", "none",
                "none",
                "192.0.2.1:80/tcp", "ok",
            ], "one that listens does so no more")
    }

    @Test func `one that makes way is in nobody's, though a copy of it is still open`() throws {
        let said = try Self.inHost {
            let hold = try Self.hold(shared: false)
            let copy = TestSocket(copying: hold.fileDescriptor.rawValue)
            hold.makeWay()
            return withExtendedLifetime((hold, copy)) { Self.outcome { _ = try Self.hold(shared: false) } }
        }
        #expect(said == "ok")
    }
}
