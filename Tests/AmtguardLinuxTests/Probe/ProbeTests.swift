import AmtguardCore
import AmtguardLinux
import Foundation
import Glibc
import SystemPackage
import Testing

@Suite("A probe of the kernel", .enabled(if: isRoot, needsRoot))
struct ProbeTests {
    private static let diverted = "623, 664, 16992-16995"

    /// Probes from the ports of AMT, without holds.
    static func probe(
        _ host: String, port: UInt16 = 22, from: String? = nil, _ ports: PortSet = ProbePlan.usual,
        seconds: Int = 2, beside held: PortSet = PortSet()
    ) throws -> ProbeResult {
        let peer = try #require(try ProbeEndpoint.lookUp(host, port: port).first)
        let source = try peer.source(from: from.flatMap { IPAddress($0) })
        let plan = try #require(ProbePlan(ports))
        let seen = Probe(from: source, to: peer, timeout: .seconds(seconds)).run(plan.all, beside: held) {
            "refused \($0)"
        }
        return ProbeResult(
            from: source.address, to: peer.address, port: port, isShared: nil, waited: .seconds(seconds), plan: plan,
            outcomes: seen.outcomes, departures: seen.departures)
    }

    /// The kernel's sockets on the ports of AMT and beside them, in any state: one line each.
    private static func sockets() throws -> Int {
        let output = unsafe try #require(popen("ss -Htan 'sport < 1024 or sport > 16990' | wc -l", "r"))
        defer { unsafe pclose(output) }
        var line = [CChar](repeating: 0, count: 32)
        _ = unsafe fgets(&line, 32, output)
        return Int(String(decoding: line.prefix { $0 >= 0x30 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)) ?? -1
    }

    @Test(arguments: ["192.0.2.2", "2001:db8::2"])
    func `tells diverted ports from the others, and leaves nothing behind`(host: String) throws {
        let (result, left) = try inPrivateNetwork {
            let network = try PeerNetwork(listening: [22])
            try network.connect()
            try network.divert("664, 16992-16994")
            return try withExtendedLifetime(network) { (try Self.probe(host), try Self.sockets()) }
        }
        #expect(result.ports(.diverted).description == "664,16992-16994")
        #expect(result.ports(.passes).description == "623,16995")
        #expect(result.outcomes[623] == .connected)
        #expect(result.from == IPAddress(host == "192.0.2.2" ? "192.0.2.1" : "2001:db8::1"))
        #expect(left == 0, "no TIME_WAIT, no SYN-SENT")
    }

    @Test(arguments: ["192.0.2.2", "2001:db8::2"])
    func `takes a refusal of the peer for the answer that it is`(host: String) throws {
        let result = try inPrivateNetwork {
            let network = try PeerNetwork()
            try network.connect()
            try network.divert(Self.diverted)
            return try withExtendedLifetime(network) { try Self.probe(host) }
        }
        #expect(result.ports(.diverted) == ProbePlan.usual)
        #expect(result.outcomes[16991] == .refused)
    }

    @Test(arguments: [
        ("192.0.2.2", "port-unreachable"), ("192.0.2.2", "admin-prohibited"), ("2001:db8::2", "port-unreachable"),
        ("2001:db8::2", "admin-prohibited"),
    ])
    func `takes a refusal by ICMP for none`(host: String, reason: String) throws {
        let result = try inPrivateNetwork {
            let network = try PeerNetwork(listening: [22])
            try network.connect()
            try network.divert(Self.diverted)
            try network.peer(
                "nft \"table inet wall { chain input { type filter hook input priority 0; "
                    + "tcp dport 22 reject with icmpx type \(reason); }; }\"")
            return try withExtendedLifetime(network) { try Self.probe(host) }
        }
        #expect(result.ports(.noAnswer) == ProbePlan.usual)
        // The kernel limits these messages per second: on a busy machine perhaps none is sent.
        #expect(Set(result.outcomes.values.map(\.word)).isSubset(of: ["silent", "unreachable"]))
    }

    @Test func `says nothing of a port where the peer drops all, and keeps its time`() throws {
        let (result, took) = try inPrivateNetwork {
            let network = try PeerNetwork(listening: [22])
            try network.connect()
            try network.peer(
                "nft \"table inet wall { chain input { type filter hook input priority 0; tcp dport 22 drop; }; }\"")
            let start = Instant.now()
            return try withExtendedLifetime(network) { (try Self.probe("192.0.2.2"), Instant.now() - start) }
        }
        #expect(result.ports(.noAnswer) == ProbePlan.usual)
        #expect(result.outcomes.values.allSatisfy { $0 == .silent })
        #expect(took >= .seconds(2))
    }

    @Test func `says nothing of a port where there is no peer, or no way`() throws {
        let (absent, beyond) = try inPrivateNetwork {
            let network = try PeerNetwork()
            try network.connect()
            return try withExtendedLifetime(network) {
                (
                    try Self.probe("192.0.2.77", seconds: 5),
                    #expect(throws: Errno.networkUnreachable) { try Self.probe("198.51.100.1") }
                )
            }
        }
        #expect(absent.ports(.noAnswer) == ProbePlan.usual)
        #expect(absent.outcomes.values.allSatisfy { $0 == .unreachable("No route to host") }, "\(absent.outcomes)")
        #expect(beyond != nil)
    }

    @Test func `stands beside a socket that shares, and names the port of one that does not`() throws {
        let result = try inPrivateNetwork {
            let network = try PeerNetwork(listening: [22])
            try network.connect()
            let holds = [
                try bound(to: 16992, isShared: true), try bound(to: 16993, isShared: false),
                try bound(to: 16996, isShared: false),
            ]
            defer { for hold in holds { close(hold) } }
            return try withExtendedLifetime(network) { try Self.probe("192.0.2.2") }
        }
        #expect(result.verdict(on: 16992) == .passes)
        #expect(result.outcomes[16993] == .busy("refused 16993"))
        #expect(result.verdict(on: 16993) == .busy)
        #expect(result.outcomes[16996]?.word == "busy")
        #expect(result.ports(.passes).description == "623,664,16992,16994-16995")
    }

    @Test func `connects from beside a strict hold, which stays what it was`() throws {
        let (results, isHeld) = try inPrivateNetwork {
            let network = try PeerNetwork(listening: [22])
            try network.connect()
            try network.divert("16993")
            let address = try #require(IPv4Address("192.0.2.1"))
            let ports = PortSet(16992...16993)
            let holds = try (16992...16993).map { try HoldSocket(Hold(address, $0), isShared: false) }
            let results = try withExtendedLifetime((network, holds)) {
                try (0..<2).map { _ in try Self.probe("192.0.2.2", ports, beside: ports) }
            }
            return (results, #expect(throws: Errno.addressInUse) { close(try bound(to: 16992, isShared: true)) } != nil)
        }
        for result in results {
            #expect(result.outcomes[16992] == .connected)
            #expect(result.verdict(on: 16993) == .diverted)
        }
        #expect(isHeld)
    }

    @Test func `names the program that has the port, and says who may bind beside a hold`() throws {
        let (stranger, hold) = try inPrivateNetwork {
            let network = try PeerNetwork(listening: [22])
            try network.connect()
            let holds = try (16992...16993).map { try bound(to: $0, isShared: false) }
            defer { for hold in holds { close(hold) } }
            return try withExtendedLifetime(network) {
                let stranger = try Self.probe("192.0.2.2", PortSet(16992...16992))
                try dropCapabilities()
                return (stranger, try Self.probe("192.0.2.2", PortSet(16993...16993), beside: PortSet(16993...16993)))
            }
        }
        #expect(stranger.outcomes[16992] == .busy("refused 16992"))
        #expect(hold.outcomes[16993] == .busy("a hold of amtguardd, and only root may bind beside it"))
    }

    @Test func `is known for a probe while it waits for an answer, and other sockets are not`() throws {
        let sockets = try inPrivateNetwork {
            let network = try PeerNetwork(listening: [22])
            try network.connect()
            try network.divert(Self.diverted)
            let ports = PortSet(16992...16993)
            let other = try TestSocket(.tcp, "192.0.2.1", 16995, waiting: false).begin("192.0.2.2", 22)
            let done = DispatchSemaphore(value: 0)
            let thread = Thread {
                _ = try? Self.probe("192.0.2.2", ports, seconds: 4)
                done.signal()
            }
            thread.start()
            var sockets: [LocalSocket] = []
            while sockets.count < 3, done.wait(timeout: .now() + .milliseconds(20)) == .timedOut {
                sockets = try readSockets(on: PortSet(16992...16995)).sockets
            }
            done.wait()
            return withExtendedLifetime((network, other)) { sockets }
        }
        #expect(sockets.map(\.port) == [16992, 16993, 16995])
        #expect(sockets.map(\.isProbe) == [true, true, false])
        #expect(sockets.allSatisfy { $0.state == .synSent })
    }

    @Test func `tries what it may without rights`() throws {
        let result = try inPrivateNetwork {
            let network = try PeerNetwork(listening: [22])
            try network.connect()
            try dropCapabilities()
            return try withExtendedLifetime(network) { try Self.probe("192.0.2.2") }
        }
        #expect(result.ports(.notTried).description == "623,664")
        #expect(result.ports(.passes).description == "16992-16995")
    }

    @Test func `is not shaken by a peer that resets, or talks garbage`() throws {
        let result = try inPrivateNetwork {
            let network = try PeerNetwork()
            try network.connect()
            try network.peer(
                "perl -MSocket -e \"socket(S, AF_INET, SOCK_STREAM, 0); bind(S, sockaddr_in(22, INADDR_ANY)); listen(S, 99);"
                    + " exit if fork; close(STDOUT); alarm 10; while (accept(C, S)) {"
                    + " setsockopt(C, SOL_SOCKET, SO_LINGER, pack(q(ii), 1, 0)); syswrite(C, chr(27) x 60000); close(C) }\""
            )
            return try withExtendedLifetime(network) { try Self.probe("192.0.2.2") }
        }
        #expect(result.ports(.passes) == ProbePlan.usual, "\(result.outcomes)")
    }

    @Test func `has the address that is asked for, if it is the host's`() throws {
        let result = try inPrivateNetwork {
            let network = try PeerNetwork(listening: [22])
            try network.connect()
            try shell("ip address add 192.0.2.9/24 dev host0")
            return try withExtendedLifetime(network) {
                #expect(throws: Errno.addressNotAvailable) { try Self.probe("192.0.2.2", from: "192.0.2.10") }
                #expect(throws: Errno.addressFamilyNotSupported) { try Self.probe("192.0.2.2", from: "2001:db8::1") }
                return try Self.probe("192.0.2.2", from: "192.0.2.9")
            }
        }
        #expect(result.from == IPAddress("192.0.2.9") && result.verdict == .passes)
    }

    @Test(arguments: [
        ("127.0.0.1", ["127.0.0.1"]), ("::1", ["::1"]), ("::ffff:127.0.0.1", ["127.0.0.1"]),
    ])
    func `looks up an address as itself`(host: String, addresses: [String]) throws {
        let found = try ProbeEndpoint.lookUp(host, port: 22)
        #expect(found.map(\.address.description) == addresses)
        #expect(found.allSatisfy { $0.port == 22 })
    }

    @Test func `reports the resolver's error for a bad name`() {
        #expect(throws: ProbeEndpoint.LookUpFailed.self) { try ProbeEndpoint.lookUp("..", port: 22) }
    }
}

/// A TCP socket on 192.0.2.1 that never listens.
private func bound(to port: UInt16, isShared: Bool) throws -> CInt {
    let number = socket(
        AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue) | CInt(SOCK_NONBLOCK.rawValue), 0)
    var share: CInt = isShared ? 1 : 0
    unsafe setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &share, socklen_t(MemoryLayout<CInt>.size))
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_port = port.bigEndian
    name.sin_addr.s_addr = UInt32(0xC000_0201).bigEndian
    let result = unsafe withUnsafePointer(to: name) {
        unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            unsafe bind(number, __CONST_SOCKADDR_ARG(__sockaddr__: $0), socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
    guard result == 0 else {
        let error = Errno(rawValue: errno)
        close(number)
        throw error
    }
    return number
}
