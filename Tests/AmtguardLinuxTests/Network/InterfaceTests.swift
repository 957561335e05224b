import AmtguardCore
import AmtguardLinux
import Glibc
import SystemPackage
import Testing

@Suite("Interfaces of the kernel", .enabled(if: isRoot, needsRoot))
struct InterfaceTests {
    private static func interfaces() throws -> [String: HostInterface] {
        Dictionary(uniqueKeysWithValues: try readInterfaces().map { ($0.name, $0) })
    }

    @Test func `a new namespace has the loopback alone`() throws {
        let interfaces = try inPrivateNetwork { try readInterfaces() }
        #expect(interfaces.map(\.name) == ["lo"])
        let lo = try #require(interfaces.first)
        #expect(lo.isLoopback && !lo.isUp && lo.mac?.isZero == true && lo.permanentMAC == nil && lo.ipv4.isEmpty)
    }

    @Test func `both ends of a veth, a bridge above one, and addresses are read`() throws {
        let interfaces = try inPrivateNetwork {
            try shell("ip link add v0 address 02:00:00:00:00:aa type veth peer name v1")
            try shell("ip link add br0 type bridge && ip link set v0 master br0 up")
            try shell("ip addr add 192.0.2.1/24 dev br0 && ip addr add 10.0.0.1/8 dev br0")
            try shell("ip addr add 10.9.9.9 peer 10.9.9.8 dev v1 && ip addr add 2001:db8::1/64 dev v1 nodad")
            return try Self.interfaces()
        }
        let (v0, v1, br0) = try (
            #require(interfaces["v0"]), #require(interfaces["v1"]), #require(interfaces["br0"])
        )
        #expect(v0.kind == "veth" && v0.isUp && v0.master == br0.index && v0.lower == v1.index)
        #expect(v0.mac == MACAddress("02:00:00:00:00:aa") && v0.permanentMAC == nil)
        #expect(v1.kind == "veth" && !v1.isUp && v1.master == nil && v1.lower == v0.index)
        #expect(v1.ipv4.map(\.description) == ["10.9.9.9"])
        #expect(br0.kind == "bridge" && br0.lower == nil)
        #expect(br0.ipv4.map(\.description) == ["192.0.2.1", "10.0.0.1"])
        let carrying = HostInterface.carrying(
            try #require(MACAddress("02:00:00:00:00:aa")), in: Array(interfaces.values))
        // The bridge took the address of its only port.
        #expect(carrying.map(\.name) == ["v0", "br0"])
    }

    @Test(arguments: ["macvlan", "vlan id 5"])
    func `what stands on an interface names it`(kind: String) throws {
        let interfaces = try inPrivateNetwork {
            try shell("ip link add v0 type veth peer name v1")
            // Not every kernel has every kind.
            let child = try spawn("ip link add link v0 name up0 type \(kind) 2>/dev/null")
            child.waitForEnd()
            child.finish()
            return try Self.interfaces()
        }
        guard let above = interfaces["up0"] else { return }
        #expect(above.lower == interfaces["v0"]?.index)
        #expect(above.kind == kind.split(separator: " ").first.map(String.init))
    }

    @Test func `a bond and its port name each other`() throws {
        let interfaces = try inPrivateNetwork {
            try shell("ip link add v0 type veth peer name v1")
            let child = try spawn("ip link add bond0 type bond 2>/dev/null && ip link set v0 master bond0")
            child.waitForEnd()
            child.finish()
            return try Self.interfaces()
        }
        guard let bond = interfaces["bond0"] else { return }
        #expect(bond.kind == "bond" && interfaces["v0"]?.master == bond.index)
    }

    @Test func `an interface below in another namespace has no number here`() throws {
        let interfaces = try inPrivateNetwork {
            try shell("ip link add v0 type veth peer name v1")
            let child = try spawn("exec unshare -n sh -c 'echo; read line'")
            try child.waitForLine()
            try shell("ip link set v1 netns \(child.pid)")
            let interfaces = try Self.interfaces()
            child.finish()
            return interfaces
        }
        #expect(interfaces["v1"] == nil)
        let v0 = try #require(interfaces["v0"])
        #expect(v0.kind == "veth" && v0.lower == nil)
    }

    @Test func `five hundred pairs are read whole, in many parts`() throws {
        let (count, unique) = try inPrivateNetwork {
            try shell("seq 0 499 | sed 's/.*/link add a& type veth peer name b&/' | ip -batch -")
            let interfaces = try readInterfaces()
            return (interfaces.count, Set(interfaces.map(\.name)).count)
        }
        #expect(count == 1_001 && unique == 1_001)
    }

    @Test(.timeLimit(.minutes(1)))
    func `interfaces that come and go meanwhile do no harm`() throws {
        try inPrivateNetwork {
            try shell("seq 0 199 | sed 's/.*/link add a& type veth peer name b&/' | ip -batch -")
            let churn = try spawn(
                "(while :; do ip link add x type veth peer name y; ip link del x; done) & echo; read line; kill -9 $!")
            try churn.waitForLine()
            for _ in 0..<50 {
                do throws(Errno) {
                    let interfaces = try readInterfaces()
                    #expect((401...403).contains(interfaces.count))
                    #expect(Set(interfaces.map(\.index)).count == interfaces.count)
                } catch {
                    #expect(error == .resourceTemporarilyUnavailable)
                }
            }
            churn.finish()
        }
    }
}

@Suite("The watch on the network", .enabled(if: isRoot, needsRoot))
struct NetworkWatchTests {
    @Test(arguments: [
        "ip link add v1 type veth peer name v2", "ip link set v0 address 02:00:00:00:00:bb", "ip link set v0 up",
        "ip addr add 192.0.2.1/24 dev v0", "ip link del v0",
    ])
    func `says that something changed, once`(change: String) throws {
        let (before, polled, during, after) = try inPrivateNetwork {
            try shell("ip link add v0 type veth peer name v9")
            let watch = try NetworkWatch()
            let before = watch.drain()
            try shell(change)
            let polled = isReadable(watch.descriptor)
            return (before, polled, watch.drain(), watch.drain() || isReadable(watch.descriptor))
        }
        #expect(!before && polled && during && !after)
    }

    @Test(arguments: ["ip -6 addr add 2001:db8::1/64 dev v0 nodad", "ip route add 198.51.100.0/24 dev lo", "true"])
    func `is silent about what is no interface and no IPv4 address`(change: String) throws {
        let changed = try inPrivateNetwork {
            try shell("ip link set lo up && ip link add v0 type veth peer name v9")
            let watch = try NetworkWatch()
            try shell(change)
            return watch.drain()
        }
        #expect(!changed)
    }

    @Test func `messages that were lost are a change, and the watch goes on`() throws {
        let (isLost, rounds, later) = try inPrivateNetwork {
            try shell("ip link add v0 type veth peer name v9")
            let watch = try NetworkWatch()
            try shell("seq 0 499 | sed 's/.*/link add a& type veth peer name b&/' | ip -batch -")
            let isLost = events(watch.descriptor) & Int16(POLLERR) != 0
            var rounds = 0
            while watch.drain(), rounds < 100 { rounds += 1 }
            try shell("ip addr add 192.0.2.1/24 dev v0")
            return (isLost, rounds, watch.drain())
        }
        #expect(isLost && (1..<100).contains(rounds) && later)
    }
}

private func isReadable(_ descriptor: FileDescriptor) -> Bool { events(descriptor) != 0 }

private func events(_ descriptor: FileDescriptor) -> Int16 {
    var poller = pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0)
    return unsafe poll(&poller, 1, 0) == 1 ? poller.revents : 0
}
