import Glibc
import SystemPackage
import Testing

@testable import AmtguardSystemd

extension Systemd {
    @Suite struct `A place on the system bus` {
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

        @Test func `gets its name, and answers under it`() throws {
            let bus = try PrivateBus()
            let place = try place(bus.address, [("/org/example", .hello)])
            #expect(try loop.run { outcomes.value == [.acquired] })
            let answer = try bus.busctl(["call", "org.example.Name", "/org/example", "org.example.Hello", "Hello"])
            #expect(try loop.run { !answer.isRunning })
            #expect(answer.text() == "s \"hello\"\n")
            withExtendedLifetime(place) {}
        }

        @Test func `learns that another has its name, and that the bus forbids one`() throws {
            let bus = try PrivateBus()
            let first = try place(bus.address)
            #expect(try loop.run { outcomes.value == [.acquired] })
            let second = try place(bus.address)
            #expect(try loop.run { outcomes.value == [.acquired, .taken] })
            let third = try place(bus.address, name: "org.example.Forbidden")
            #expect(try loop.run { outcomes.value == [.acquired, .taken, .failed(.permissionDenied)] })
            #expect(third.isConnected)
            withExtendedLifetime((first, second)) {}
        }

        @Test func `waits for a bus that comes late, to a directory that is not there yet`() throws {
            let bus = try PrivateBus(later: true)
            let place = try place(bus.address)
            try loop.run(for: .milliseconds(100))
            #expect(!place.isConnected)
            place.emit("Lost", path: "/org/example", interface: "org.example.Hello", [])
            place.emitChanged(path: "/org/example", interface: "org.example.Hello", ["Lost"])
            place.flush()
            try bus.start()
            #expect(try loop.run { outcomes.value == [.acquired] })
        }

        @Test func `comes again after the bus, with its objects, its name and its subscriptions`() throws {
            let bus = try PrivateBus()
            let place = try place(bus.address, [("/org/example", .hello)])
            let heard = Box<[Bool]>([])
            place.subscribe(
                sender: nil, path: "/org/example", interface: "org.example.Other", member: "Sleep"
            ) { heard.value.append((try? $0.readBool()) ?? false) }
            #expect(try loop.run { outcomes.value == [.acquired] })

            for round in 1...2 {
                bus.kill()
                #expect(try loop.run { !place.isConnected })
                try loop.run(for: .milliseconds(50))
                try bus.start()
                #expect(try loop.run { outcomes.value == Array(repeating: .acquired, count: round + 1) })
            }
            let answer = try bus.busctl(["call", "org.example.Name", "/org/example", "org.example.Hello", "Hello"])
            #expect(try loop.run { !answer.isRunning })
            #expect(answer.text() == "s \"hello\"\n")
            let signal = try bus.busctl(["emit", "/org/example", "org.example.Other", "Sleep", "b", "true"])
            #expect(try loop.run { heard.value == [true] })
            withExtendedLifetime((place, signal)) {}
        }

        @Test func `hears the signals of a sender by its well-known name`() throws {
            let bus = try PrivateBus()
            let sender = try place(bus.address)
            let heard = Box<Int>(0)
            let listener = try SystemBus(on: loop, name: nil, address: bus.address)
            listener.subscribe(sender: "org.example.Name", path: nil, interface: "org.example.Hello", member: "Said") {
                _ in
                heard.value += 1
            }
            #expect(try loop.run { outcomes.value == [.acquired] && listener.isConnected })
            try loop.run(for: .milliseconds(100))
            sender.emit("Said", path: "/org/example", interface: "org.example.Hello", [.string("x")])
            #expect(try loop.run { heard.value == 1 })
        }

        @Test func `waits for no bus that hangs, and bounds what it keeps for it`() throws {
            let bus = try PrivateBus()
            let place = try place(bus.address)
            #expect(try loop.run { outcomes.value == [.acquired] })
            bus.send(SIGSTOP)
            let start = BootClock.now
            // libsystemd gives the socket 8 MiB, which the kernel doubles: that is full first.
            let text = String(repeating: "x", count: 4_000)
            for _ in 0..<10_000 {
                place.emit("Said", path: "/org/example", interface: "org.example.Hello", [.string(text)])
            }
            #expect(place.connection?.queued == Bus.queueBound)
            place.flush(timeout: .milliseconds(100))
            try loop.run(for: .milliseconds(50))
            loop.exit()
            _ = try loop.run()
            #expect(BootClock.now - start < .seconds(5))
            bus.send(SIGCONT)
        }

        @Test func `sends what is queued before the end`() throws {
            let bus = try PrivateBus()
            let heard = Box<Int>(0)
            let place = try place(bus.address)
            let listener = try SystemBus(on: loop, name: nil, address: bus.address)
            listener.subscribe(sender: nil, path: nil, interface: "org.example.Hello", member: "Said") { _ in
                heard.value += 1
            }
            #expect(try loop.run { outcomes.value == [.acquired] && listener.isConnected })
            try loop.run(for: .milliseconds(100))
            bus.send(SIGSTOP)
            var count = 0
            while count < 5_000, place.connection?.queued == 0 {
                place.emit(
                    "Said", path: "/x", interface: "org.example.Hello", [.string(String(repeating: "x", count: 8_000))])
                count += 1
            }
            #expect(place.connection?.queued == 1)
            bus.send(SIGCONT)
            place.flush(timeout: .seconds(5))
            #expect(place.connection?.queued == 0)
            #expect(try loop.run { heard.value == count })
        }

        @Test func `is harmless where there is no bus at all`() throws {
            for address in ["unix:path=/proc/nonexistent/bus", "unix:path=/etc/passwd/bus", "nonsense"] {
                let place = try place(address)
                try loop.run(for: .milliseconds(300))
                #expect(!place.isConnected)
            }
            #expect(outcomes.value.isEmpty)
        }

        @Test(.enabled(if: getuid() == 0, "It calls as two users."))
        func `lets root in and, without polkit, nobody else`() throws {
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
                    },
                    .init("Root", access: .root) { $0.reply() },
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
            #expect(try answer(0, ["call"] + object + ["Root"]) == "")
            #expect(try answer(65_534, ["call"] + object + ["Root"]).contains("Access denied"))
            #expect(try answer(0, ["set-property"] + object + ["Level", "s", "y"]) == "")
            #expect(try answer(65_534, ["set-property"] + object + ["Level", "s", "y"]).contains("Access denied"))
            #expect(try answer(65_534, ["get-property"] + object + ["Level"]) == "s \"x\"\n")
            slot.value = nil
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

extension BusInterface {
    fileprivate static var hello: BusInterface {
        BusInterface(
            "org.example.Hello",
            methods: [.init("Hello", returns: ["text": "s"]) { $0.reply([.string("hello")]) }],
            signals: [.init("Said", carries: ["text": "s"])])
    }
}
