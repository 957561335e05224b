import Glibc
import Testing

@testable import AmtguardSystemd

extension Systemd {
    @Suite struct `Log control` {
        @Test func `shows and sets the level and the target, and refuses others`() throws {
            let pair = try SocketPair()
            var level = LogControl.Level.info
            var target = "journal"
            let object = BusObject(
                "/org/example",
                LogControl.interface(
                    level: { level }, setLevel: { level = $0 }, target: { target },
                    setTarget: { new in
                        guard new == "console" else { return false }
                        target = new
                        return true
                    }, identifier: "me"))
            try object.attach(to: pair.server)
            let interface = "org.freedesktop.LogControl1"
            func get(_ name: String) throws -> BusValue? {
                try pair.property("Get", [.string(interface), .string(name)])?.readValue()
            }
            #expect(try get("LogLevel") == .string("info"))
            #expect(try get("LogTarget") == .string("journal"))
            #expect(try get("SyslogIdentifier") == .string("me"))
            guard getuid() == 0 else { return }
            #expect(try pair.set("LogLevel", "s", "debug", interface)?.error == nil)
            #expect(level == .debug && level.priority == 7)
            #expect(try pair.set("LogLevel", "s", "loud", interface)?.error != nil)
            #expect(try pair.set("LogTarget", "s", "console", interface)?.error == nil)
            #expect(try pair.set("LogTarget", "s", "moon", interface)?.error != nil)
            #expect(level == .debug && target == "console")
            withExtendedLifetime(object) {}
        }
    }
}
