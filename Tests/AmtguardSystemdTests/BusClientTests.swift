import Glibc
import SystemPackage
import Testing

@testable import AmtguardSystemd

extension Systemd {
    @Suite struct `A caller on the system bus` {
        @Test func `gets an answer of the bus`() throws {
            let bus = try PrivateBus()
            try bus.wait()
            let client = try BusClient(address: bus.address)
            let values = try client.call(
                "org.freedesktop.DBus", path: "/", interface: "org.freedesktop.DBus", "NameHasOwner",
                [.string("org.freedesktop.DBus")])
            #expect(values == [.bool(true)])
            let features = try client.property(
                "org.freedesktop.DBus", path: "/org/freedesktop/DBus", interface: "org.freedesktop.DBus", "Interfaces")
            guard case .stringArray = features else {
                Issue.record("\(features)")
                return
            }
        }

        @Test func `starts no service`() throws {
            let bus = try PrivateBus()
            try bus.wait()
            let client = try BusClient(address: bus.address)
            do {
                _ = try client.call("org.example.Startable", path: "/", interface: "org.example.Hello", "Hello")
                Issue.record("somebody answered")
            } catch {
                #expect(
                    ["org.freedesktop.DBus.Error.ServiceUnknown", "org.freedesktop.DBus.Error.NameHasNoOwner"]
                        .contains(error.name))
            }
            #expect(!bus.hasStartedService)
        }

        @Test func `is told that there is no bus`() throws {
            do {
                _ = try BusClient(address: "unix:path=/nonexistent/bus")
                Issue.record("there was a bus")
            } catch {
                #expect(error.errno == .noSuchFileOrDirectory)
            }
        }

        @Test func `waits for a bus that hangs no longer than it said`() throws {
            let bus = try PrivateBus()
            try bus.wait()
            let client = try BusClient(address: bus.address)
            bus.send(SIGSTOP)
            let start = BootClock.now
            do {
                _ = try client.call(
                    "org.freedesktop.DBus", path: "/", interface: "org.freedesktop.DBus", "GetId",
                    timeout: .milliseconds(200))
                Issue.record("a stopped bus answered")
            } catch {
                #expect(error.errno == .timedOut)
            }
            do {
                _ = try BusClient(address: bus.address, timeout: .milliseconds(200))
                Issue.record("a stopped bus let us in")
            } catch {
                #expect(error.errno == .timedOut)
            }
            #expect(BootClock.now - start < .seconds(2))
            bus.send(SIGCONT)
        }
    }
}
