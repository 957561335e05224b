import CSystemd
import Glibc
import SystemPackage
import Testing

@testable import AmtguardSystemd

extension Systemd {
    /// Both ends are in this process, so the caller is the user who runs the test.
    @Suite struct `An object on the bus` {
        let pair: SocketPair
        let settings: Settings
        let thing: BusObject
        let interface: String = "org.example.Thing"

        /// The state of the object.
        final class Settings {
            var level = "info"
            var count: UInt64 = 7
            var kept: BusCall?
        }

        init() throws {
            pair = try SocketPair()
            let settings = Settings()
            self.settings = settings
            let interface = BusInterface(
                "org.example.Thing",
                methods: [
                    .init("Describe", returns: ["json": "s"]) { $0.reply([.string("{}")]) },
                    .init("Echo", takes: ["a": "s", "b": "q", "c": "b", "d": "as"], returns: ["all": "as"]) { call in
                        do {
                            let values = [
                                try call.readString(), "\(try call.readUInt16())", "\(try call.readBool())",
                            ]
                            call.reply([.stringArray(values + (try call.readStringArray()))])
                        } catch {
                            call.fail("org.example.Unreadable", "\(error)")
                        }
                    },
                    .init("Later") { settings.kept = $0 },
                    .init("Forget") { _ in },
                    .init("Refuse") { $0.fail("org.example.No", "Not today.") },
                ],
                properties: [
                    .init("Version", "s", .const, get: { .string("1") }),
                    .init("Count", "t", .emitsChange, get: { .uint64(settings.count) }),
                    .init("Flag", "b", .emitsChange, get: { .bool(true) }),
                    .init("Ports", "as", .emitsChange, get: { .stringArray(["623", "664"]) }),
                    .init("Level", "s", .emitsChange, get: { .string(settings.level) }) { value in
                        guard case .string(let level) = value, level != "nonsense" else { return false }
                        settings.level = level
                        return true
                    },
                ],
                signals: [.init("Repaired", carries: ["found": "s", "pid": "u"]), .init("Bare")])
            thing = BusObject("/org/example", interface)
            try thing.attach(to: pair.server)
        }

        @Test func `answers calls, with arguments of every type`() throws {
            #expect(try pair.call(interface, "Describe")?.readString() == "{}")
            let echo = try pair.call(
                interface, "Echo", [.string("ü"), .uint16(16_992), .bool(true), .stringArray(["x", ""])])
            #expect(try echo?.readStringArray() == ["ü", "16992", "true", "x", ""])
        }

        @Test func `refuses arguments that it does not take, and methods that it does not have`() throws {
            let wrong = try pair.call(interface, "Describe", [.string("x")])
            #expect(wrong?.error?.name == "org.freedesktop.DBus.Error.InvalidArgs")
            let missing = try pair.call(interface, "Missing")
            #expect(missing?.error?.name == "org.freedesktop.DBus.Error.UnknownMethod")
        }

        @Test func `neither sends nor takes a descriptor`() throws {
            _ = try pair.call(interface, "Describe")
            for bus in [pair.client, pair.server] {
                #expect(unsafe sd_bus_can_send(bus.bus, CChar(bitPattern: UInt8(ascii: "h"))) == 0)
            }
        }

        @Test func `may answer later, once`() throws {
            var answer: BusMessage?
            pair.client.call(nil, "/org/example", interface, "Later", []) { answer = $0 }
            #expect(try pair.loop.run { settings.kept != nil })
            try pair.loop.run(for: .milliseconds(30))
            #expect(answer == nil)
            settings.kept?.reply()
            settings.kept?.fail("org.example.No", "A second answer.")
            #expect(try pair.loop.run { answer != nil })
            #expect(answer?.error == nil)
        }

        @Test func `answers with an error, and never not at all`() throws {
            let refused = try #require(try pair.call(interface, "Refuse")?.error)
            #expect(refused.name == "org.example.No")
            #expect(refused.message == "Not today.")
            #expect(try pair.call(interface, "Forget")?.error?.name == "org.freedesktop.DBus.Error.Failed")
        }

        @Test func `tells its properties one by one and all at once`() throws {
            func get(_ name: String) throws -> BusValue? {
                try pair.property("Get", [.string(interface), .string(name)])?.readValue()
            }
            #expect(try get("Count") == .uint64(7))
            #expect(try get("Flag") == .bool(true))
            #expect(try get("Ports") == .stringArray(["623", "664"]))
            let all = try #require(try pair.property("GetAll", [.string(interface)]))
            #expect(
                try all.readProperties().sorted(by: { $0.name < $1.name }).map(\.name) == [
                    "Count", "Flag", "Level", "Ports", "Version",
                ])
        }

        @Test(.enabled(if: getuid() == 0, "Only root may set a property."))
        func `takes a new value, refuses a bad one, and says so to all`() throws {
            var changed: [(name: String, value: BusValue)] = []
            let match = try pair.client.subscribe(.propertiesChanged) { message in
                _ = try? message.readString()
                changed += (try? message.readProperties()) ?? []
            }
            #expect(try pair.set("Level", "s", "debug")?.error == nil)
            #expect(settings.level == "debug")
            #expect(try pair.loop.run { !changed.isEmpty })
            #expect(changed.map(\.name) == ["Level"])
            #expect(changed.map(\.value) == [.string("debug")])

            #expect(try pair.set("Level", "s", "nonsense")?.error?.name == "org.freedesktop.DBus.Error.InvalidArgs")
            #expect(try pair.set("Level", "o", "/x")?.error?.name == "org.freedesktop.DBus.Error.InvalidArgs")
            #expect(try pair.set("Count", "s", "x")?.error?.name == "org.freedesktop.DBus.Error.PropertyReadOnly")
            #expect(settings.level == "debug")
            withExtendedLifetime(match) {}
        }

        @Test func `announces the present values of the properties that changed, and signals`() throws {
            var changed: [(name: String, value: BusValue)] = []
            var repaired: (String, UInt32)?
            let matches = [
                try pair.client.subscribe(.propertiesChanged) { message in
                    _ = try? message.readString()
                    changed = (try? message.readProperties()) ?? []
                },
                try pair.client.subscribe(SignalMatch(interface: interface, member: "Repaired")) { message in
                    repaired = try? (message.readString(), message.readUInt32())
                },
            ]
            _ = try pair.call(interface, "Describe")  // the connection is ready
            settings.count = 8
            pair.server.emitChanged("/org/example", interface, ["Count", "Ports"])
            pair.server.emit("Repaired", "/org/example", interface, [.string("8080"), .uint32(4_711)])
            #expect(try pair.loop.run { repaired != nil && !changed.isEmpty })
            #expect(changed.map(\.name) == ["Count", "Ports"])
            #expect(changed.map(\.value) == [.uint64(8), .stringArray(["623", "664"])])
            #expect(try #require(repaired) == ("8080", 4_711))
            withExtendedLifetime((matches, thing)) {}
        }

        @Test func `describes itself, with the names of arguments`() throws {
            let xml = try #require(try pair.call("org.freedesktop.DBus.Introspectable", "Introspect")).readString()
            for line in [
                #"<interface name="org.example.Thing">"#, #"<arg type="q" name="b" direction="in"/>"#,
                #"<arg type="s" name="json" direction="out"/>"#, #"<signal name="Repaired">"#,
                #"<arg type="u" name="pid"/>"#, #"<property name="Level" type="s" access="readwrite">"#,
                #"<property name="Count" type="t" access="read">"#,
            ] {
                #expect(xml.contains(line))
            }
        }

        @Test func `is gone when it is detached, and there again on another connection`() throws {
            thing.detach()
            #expect(try pair.call(interface, "Describe")?.error != nil)
            let other = try SocketPair()
            try thing.attach(to: other.server)
            #expect(try other.call(interface, "Describe")?.readString() == "{}")
            thing.detach()
        }

        @Test func `leaves out messages that are not read, beyond a bound`() throws {
            _ = try pair.call(interface, "Describe")
            let start = BootClock.now
            for _ in 0..<20_000 {
                pair.server.emit(
                    "Repaired", "/org/example", interface, [.string(String(repeating: "x", count: 100)), .uint32(1)])
            }
            #expect(pair.server.queued == Bus.queueBound)
            #expect(BootClock.now - start < .seconds(5))
        }

        @Test func `answers a call that the end of the connection leaves open`() throws {
            var answers: [BusMessage?] = []
            pair.client.call(nil, "/org/example", interface, "Later", []) { answers.append($0) }
            #expect(try pair.loop.run { settings.kept != nil })
            pair.client.close()
            #expect(answers.count == 1 && answers.allSatisfy { $0 == nil })
            settings.kept?.reply()
            settings.kept = nil
        }
    }
}

extension SignalMatch {
    fileprivate static let propertiesChanged = SignalMatch(
        path: "/org/example", interface: "org.freedesktop.DBus.Properties", member: "PropertiesChanged")
}
