import AmtguardCore
import AmtguardLinux
import Foundation
import Glibc
import SystemPackage
import Testing

@Suite("Holds that are lent", .enabled(if: isRoot, needsRoot))
struct HoldLendingTests {
    private static let address = "192.0.2.1"
    private static let port: UInt16 = 16992

    private static func inHost<Value: Sendable>(
        isShared: Bool = false, _ body: @escaping @Sendable (HoldSocket) throws -> Value
    ) throws -> Value {
        try inPrivateNetwork {
            try shell("ip link set lo up && ip addr add 192.0.2.1/32 dev lo && ip addr add 192.0.2.2/32 dev lo")
            let hold = try HoldSocket(Hold(#require(IPv4Address(address)), port), isShared: isShared)
            return try withExtendedLifetime(hold) { try body(hold) }
        }
    }

    private static func outcome(_ body: () throws -> Void) -> String {
        do { try body() } catch Errno.addressInUse { return "in use" } catch { return "\(error)" }
        return "ok"
    }

    /// What everybody else gets who wants the port, and shares it in each way there is.
    private static var others: [String] {
        [
            outcome { _ = try TestSocket(.tcp, address, port) },
            outcome { _ = try TestSocket(.tcp, "0.0.0.0", port) },
            outcome { _ = try TestSocket(.tcp, "::", port) },
            outcome { _ = try TestSocket(.tcp, address, port, sharing: true) },
        ]
    }

    @Test(arguments: [false, true])
    func `a strict one stays so beside its borrower, and after it`(sharing: Bool) throws {
        let said = try Self.inHost { hold in
            let server = try TestSocket(.tcp, "192.0.2.2", 80).listen()
            let borrower = TestSocket(unbound: AF_INET)
            if sharing { try borrower.copy.share() }
            var said = [Self.outcome { try hold.lend(to: borrower.copy) }]
            said += Self.others
            said.append(Self.outcome { try borrower.listen() })
            said.append(Self.outcome { try borrower.connect("192.0.2.2", 80) })
            said += Self.others
            borrower.close()
            said += Self.others
            said.append("\(hold.isShared)")
            return withExtendedLifetime(server) { said }
        }
        let refused = [String](repeating: "in use", count: 4)
        #expect(said == ["ok"] + refused + ["in use", "ok"] + refused + refused + ["false"])
    }

    @Test func `nobody else gets in while one is lent, again and again`() throws {
        let (lent, tried, intruders) = try Self.inHost { hold in
            let others = Intruder()
            let thread = Thread { others.run { try TestSocket(.tcp, Self.address, Self.port) } }
            thread.start()
            var lent = 0
            while lent < 2_000 || !others.isRunning {
                try hold.lend(to: TestSocket(unbound: AF_INET).copy)
                lent += 1
            }
            return (lent, others.end(), others.count)
        }
        #expect(lent >= 2_000 && tried > 0)
        #expect(intruders == 0)
    }

    @Test func `several borrow the same, to connect to different places`() throws {
        let said = try Self.inHost { hold in
            let servers = try [80, 81].map { try TestSocket(.tcp, "192.0.2.2", $0).listen() }
            let borrowers = [TestSocket(unbound: AF_INET), TestSocket(unbound: AF_INET)]
            return try withExtendedLifetime(servers) {
                for borrower in borrowers { try hold.lend(to: borrower.copy) }
                return zip(borrowers, [80, 81] as [UInt16]).map { borrower, port in
                    Self.outcome { try borrower.connect("192.0.2.2", port) }
                }
            }
        }
        #expect(said == ["ok", "ok"])
    }

    @Test func `a borrower of a shared one is in no server's way, and none in its`() throws {
        let said = try Self.inHost(isShared: true) { hold in
            let first = try TestSocket(.tcp, "0.0.0.0", Self.port).listen()
            let borrower = TestSocket(unbound: AF_INET)
            var said = [Self.outcome { try hold.lend(to: borrower.copy) }]
            first.close()
            said.append(Self.outcome { try TestSocket(.tcp, "0.0.0.0", Self.port).listen() })
            return withExtendedLifetime(borrower) { said }
        }
        #expect(said == ["ok", "ok"])
    }

    @Test func `nothing but an unbound TCP socket of IPv4 and of this network is bound`() throws {
        let said = try Self.inHost { hold in
            let directory = try TemporaryDirectory()
            let server = try TestSocket(.tcp, "192.0.2.2", 80).listen()
            let candidates: [(String, TestSocket)] = [
                ("bound", try TestSocket(.tcp, Self.address, 17_000)),
                ("listening", try TestSocket(unbound: AF_INET).listen()),
                ("connected", try TestSocket(connectingTo: "192.0.2.2", 80)),
                ("UDP", TestSocket(unbound: AF_INET, SOCK_DGRAM)),
                ("raw", TestSocket(unbound: AF_INET, SOCK_RAW, protocol: CInt(IPPROTO_TCP))),
                ("IPv6", TestSocket(unbound: AF_INET6)),
                ("local", TestSocket(unbound: AF_UNIX)),
                ("the name of a socket", try directory.socketName()),
                ("a file", TestSocket(copying: STDERR_FILENO)),
                ("of another network", try inPrivateNetwork { TestSocket(unbound: AF_INET).copy.release() }.taken),
            ]
            let said = candidates.map { name, socket in "\(name): \(Self.outcome { try hold.lend(to: socket.copy) })" }
            return withExtendedLifetime((server, candidates)) { said }
        }
        #expect(said.count == 10)
        for line in said { #expect(line.hasSuffix(": \(Errno.invalidArgument)"), "\(line)") }
    }

    @Test func `without CAP_NET_ADMIN it is not lent, and the socket may still be bound elsewhere`() throws {
        let said = try Self.inHost { hold in
            try dropCapabilities()
            let borrower = TestSocket(unbound: AF_INET)
            return [
                Self.outcome { try hold.lend(to: borrower.copy) },
                Self.outcome { try borrower.bind(Self.address, 17_000) },
            ]
        }
        #expect(said == ["\(Errno.notPermitted)", "ok"])
    }
}

/// Whoever tries to bind, over and over, beside the test.
private final class Intruder: @unchecked Sendable {
    private let lock = NSLock()
    private let done = DispatchSemaphore(value: 0)
    private var tried = 0
    private var isWanted = true
    private(set) var count = 0

    var isRunning: Bool { lock.withLock { tried > 0 } }

    func run(_ attempt: () throws -> TestSocket) {
        while lock.withLock({ isWanted }) {
            let success = (try? attempt()) != nil
            lock.withLock {
                tried += 1
                if success { count += 1 }
            }
        }
        done.signal()
    }

    /// How often it tried.
    func end() -> Int {
        lock.withLock { isWanted = false }
        done.wait()
        return tried
    }
}

extension FileDescriptor {
    /// A test's socket that owns it.
    fileprivate var taken: TestSocket {
        defer { try? close() }
        return TestSocket(copying: rawValue)
    }
}

extension Descriptor {
    /// Sets SO_REUSEPORT.
    fileprivate func share() throws {
        var one: CInt = 1
        let result = unsafe setsockopt(
            fileDescriptor.rawValue, SOL_SOCKET, SO_REUSEPORT, &one, socklen_t(MemoryLayout<CInt>.size))
        guard result == 0 else { throw Errno(rawValue: errno) }
    }
}
