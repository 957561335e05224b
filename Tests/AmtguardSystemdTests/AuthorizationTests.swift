import Glibc
import SystemPackage
import Testing

@testable import AmtguardSystemd

extension Systemd {
    @Suite struct `A caller of an object` {
        let loop: EventLoop
        let outcomes = Box<[SystemBus.NameOutcome]>([])

        init() throws { loop = try EventLoop() }

        private func place(
            _ address: String, name: String? = "org.example.Name",
            _ objects: [(path: String, interface: BusInterface)] = []
        ) throws -> SystemBus {
            let outcomes = outcomes
            return try SystemBus(on: loop, name: name, objects: objects, address: address) {
                outcomes.value.append($0)
            }
        }

        @Test(.enabled(if: getuid() == 0, "It calls as two users."))
        func `lets root in and, without polkit, no other user`() throws {
            let bus = try PrivateBus()
            let decisions = Box<[Bool]>([])
            let slot = Box<SystemBus?>(nil)
            let interface = BusInterface(
                "org.example.Guarded",
                methods: [
                    .init("Ask") { call in
                        slot.value?.authorize(call, action: "org.example.ask") { may in
                            decisions.value.append(may)
                            if may { call.reply() } else { call.refuse() }
                        }
                    }
                ],
                properties: [.init("Level", "s", .silent, get: { .string("x") }, set: { _ in true })])
            slot.value = try place(bus.address, [("/org/example", interface)])
            #expect(try loop.run { outcomes.value == [.acquired] })

            func answer(_ user: Int, _ words: [String]) throws -> String {
                let program = try bus.busctl(words, user: user)
                #expect(try loop.run { !program.isRunning })
                return program.text()
            }
            let object = ["org.example.Name", "/org/example", "org.example.Guarded"]
            #expect(try answer(0, ["call"] + object + ["Ask"]) == "")
            #expect(try answer(65_534, ["call"] + object + ["Ask"]).contains("Access denied"))
            #expect(decisions.value == [true, false])
            #expect(try answer(0, ["set-property"] + object + ["Level", "s", "y"]) == "")
            #expect(try answer(65_534, ["set-property"] + object + ["Level", "s", "y"]).contains("Access denied"))
            #expect(try answer(65_534, ["get-property"] + object + ["Level"]) == "s \"x\"\n")
            slot.value = nil
        }

        @Test(.enabled(if: getuid() == 0, "Only root may set a property."))
        func `has no property set by a call with other arguments, and is answered at once`() throws {
            let bus = try PrivateBus()
            let isSet = Box<Bool>(false)
            let setter: (BusValue) -> Bool = { _ in
                isSet.value = true
                return true
            }
            let interface = BusInterface(
                "org.example.Guarded",
                properties: [.init("Level", "s", .silent, get: { .string("x") }, set: setter)])
            let place = try place(bus.address, [("/org/example", interface)])
            #expect(try loop.run { outcomes.value == [.acquired] })
            let start = BootClock.now
            let program = try bus.busctl([
                "call", "org.example.Name", "/org/example", "org.freedesktop.DBus.Properties", "Set", "ssvs",
                "org.example.Guarded", "Level", "s", "y", "z",
            ])
            #expect(try loop.run { !program.isRunning })
            #expect(program.text().contains("denied"))
            // libsystemd would block for 5 s.
            #expect(BootClock.now - start < .seconds(4))
            #expect(!isSet.value)
            withExtendedLifetime(place) {}
        }

        @Test(.enabled(if: getuid() == 0, "It calls as another user."))
        func `asks polkit in its own form, and obeys`() throws {
            let bus = try PrivateBus()
            let asked = Box<[String]>([])
            let polkit = try SystemBus(
                on: loop, name: "org.freedesktop.PolicyKit1",
                objects: [("/org/freedesktop/PolicyKit1/Authority", .polkit(asked, says: true))], address: bus.address)
            let slot = Box<SystemBus?>(nil)
            let interface = BusInterface(
                "org.example.Guarded",
                methods: [
                    .init("Ask") { call in
                        slot.value?.authorize(call, action: "org.example.ask") {
                            if $0 { call.reply() } else { call.refuse() }
                        }
                    }
                ])
            slot.value = try place(bus.address, [("/org/example", interface)])
            #expect(try loop.run { outcomes.value == [.acquired] && polkit.isConnected })
            try loop.run(for: .milliseconds(100))
            let program = try bus.busctl(
                ["call", "org.example.Name", "/org/example", "org.example.Guarded", "Ask"], user: 65_534)
            #expect(try loop.run { !program.isRunning })
            #expect(program.text() == "")
            #expect(asked.value.count == 1)
            #expect(asked.value.first?.hasPrefix("system-bus-name name :1.") == true)
            #expect(asked.value.first?.hasSuffix(" org.example.ask 1") == true)
            slot.value = nil
        }
    }
}
