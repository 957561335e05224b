import AmtguardCore
import Foundation
import Glibc
import SystemPackage
import Testing

@testable import AmtguardLinux

@Suite("A probe beside a hold", .enabled(if: isRoot, needsRoot))
struct ProbeBesideHoldTests {
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

    /// The result of other programs that bind the port, with each way of sharing it.
    private static var others: [String] {
        [
            outcome { _ = try TestSocket(.tcp, address, port) },
            outcome { _ = try TestSocket(.tcp, "0.0.0.0", port) },
            outcome { _ = try TestSocket(.tcp, "::", port) },
            outcome { _ = try TestSocket(.tcp, address, port, sharing: true) },
        ]
    }

    /// A probe's socket bound beside the hold.
    private static func beside() throws -> ProbeSocket {
        let socket = try ProbeSocket(from: try ProbeEndpoint(#require(IPAddress(address)), port: port))
        try socket.bindBesideHold()
        return socket
    }

    private static func connect(_ socket: ProbeSocket, _ port: UInt16) throws -> String {
        let peer = ProbeEndpoint(try #require(IPAddress("192.0.2.2")), port: port)
        for _ in 0..<200 {
            let outcome = socket.connect(to: peer)
            if let outcome { return "\(outcome)" }
            usleep(10_000)
            return "\(socket.outcome())"
        }
        return "nothing"
    }

    @Test func `a strict one stays so beside the probe, and after it`() throws {
        let said = try Self.inHost { hold in
            let server = try TestSocket(.tcp, "192.0.2.2", 80).listen()
            var probe: ProbeSocket? = try Self.beside()
            var said = Self.others
            if let probe {
                said.append(Self.outcome { try TestSocket(copying: probe.number).listen() })
                said.append(try Self.connect(probe, 80))
            }
            said += Self.others
            probe = nil
            said += Self.others
            said.append("\(hold.isShared)")
            return withExtendedLifetime(server) { said }
        }
        let refused = [String](repeating: "in use", count: 4)
        #expect(said == refused + ["in use", "\(ProbeOutcome.connected)"] + refused + refused + ["false"])
    }

    @Test func `no other program gets in while one is bound beside it, again and again`() throws {
        let (bound, tried, intruders) = try Self.inHost { _ in
            let others = Intruder()
            let thread = Thread { others.run { try TestSocket(.tcp, Self.address, Self.port) } }
            thread.start()
            var bound = 0
            while bound < 2_000 || !others.isRunning {
                _ = try Self.beside()
                bound += 1
            }
            return (bound, others.end(), others.count)
        }
        #expect(bound >= 2_000 && tried > 0)
        #expect(intruders == 0)
    }

    @Test func `several are bound beside the same, to connect to different places`() throws {
        let said = try Self.inHost { _ in
            let servers = try [80, 81].map { try TestSocket(.tcp, "192.0.2.2", $0).listen() }
            let probes = [try Self.beside(), try Self.beside()]
            return try withExtendedLifetime(servers) {
                try zip(probes, [80, 81] as [UInt16]).map { try Self.connect($0, $1) }
            }
        }
        #expect(said == ["\(ProbeOutcome.connected)", "\(ProbeOutcome.connected)"])
    }

    @Test func `beside a shared one it is in no server's way, and no server in its`() throws {
        let said = try Self.inHost(isShared: true) { _ in
            let first = try TestSocket(.tcp, "0.0.0.0", Self.port).listen()
            let probe = try Self.beside()
            first.close()
            let said = Self.outcome { try TestSocket(.tcp, "0.0.0.0", Self.port).listen() }
            return withExtendedLifetime(probe) { said }
        }
        #expect(said == "ok")
    }

    @Test func `without CAP_NET_ADMIN it is not bound there`() throws {
        let said = try Self.inHost { _ in
            try dropCapabilities()
            return Self.outcome { _ = try Self.beside() }
        }
        #expect(said == "\(Errno.notPermitted)")
    }
}

/// Tries to bind repeatedly, in parallel with the test.
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
