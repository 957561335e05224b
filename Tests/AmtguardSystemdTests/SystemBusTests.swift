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

        @Test(.enabled(if: geteuid() == 0, "needs root: the client is another user"))
        func `gets its name, and answers under it`() throws {
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

        @Test func `asks for a while before it tells that another has the name that it had`() throws {
            let bus = try PrivateBus()
            let place = try place(bus.address)
            #expect(try loop.run { outcomes.value == [.acquired] })
            bus.kill()
            #expect(try loop.run { !place.isConnected })
            try bus.start()
            try bus.wait()
            // In the meantime the loop of the first one does not run.
            let other = try EventLoop()
            let thief = Box<[SystemBus.NameOutcome]>([])
            let second = try SystemBus(on: other, name: "org.example.Name", address: bus.address) {
                thief.value.append($0)
            }
            #expect(try other.run { thief.value == [.acquired] })
            #expect(try loop.run { place.isConnected })
            try loop.run(for: .seconds(2))
            #expect(outcomes.value == [.acquired])
            #expect(try loop.run(for: .seconds(20)) { outcomes.value == [.acquired, .taken] })
            place.lookAfterConnection()
            #expect(try loop.run { outcomes.value == [.acquired, .taken, .taken] })
            withExtendedLifetime(second) {}
        }

        @Test func `gets the name when the program that had it has ended`() throws {
            let bus = try PrivateBus()
            let first = Box<SystemBus?>(try place(bus.address))
            #expect(try loop.run { outcomes.value == [.acquired] })
            let second = try place(bus.address)
            #expect(try loop.run { outcomes.value == [.acquired, .taken] })
            first.value = nil
            try loop.run(for: .milliseconds(100))
            second.lookAfterConnection()
            #expect(try loop.run { outcomes.value == [.acquired, .taken, .acquired] })
        }

        @Test func `waits for a bus that comes late, to a directory that is not there yet`() throws {
            let bus = try PrivateBus(later: true)
            let place = try place(bus.address)
            // By now the pauses between attempts would be long, but the bus waits for the socket to appear.
            try loop.run(for: .milliseconds(900))
            #expect(!place.isConnected)
            place.emit("Lost", path: "/org/example", interface: "org.example.Hello", [])
            place.emitChanged(path: "/org/example", interface: "org.example.Hello", ["Lost"])
            place.flush()
            try bus.start()
            #expect(try loop.run(for: .milliseconds(600)) { outcomes.value == [.acquired] })
        }

        @Test(.enabled(if: geteuid() == 0, "needs root: the client is another user"))
        func `comes again after the bus, with its objects, its name and its subscriptions`() throws {
            let bus = try PrivateBus()
            let place = try place(bus.address, [("/org/example", .hello)])
            let heard = Box<[Bool]>([])
            place.subscribe(to: SignalMatch(path: "/org/example", interface: "org.example.Other", member: "Sleep")) {
                heard.value.append((try? $0.readBool()) ?? false)
            }
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
            listener.subscribe(to: .said(by: "org.example.Name")) { _ in
                heard.value += 1
            }
            #expect(try loop.run { outcomes.value == [.acquired] && listener.isConnected })
            try loop.run(for: .milliseconds(100))
            sender.emit("Said", path: "/org/example", interface: "org.example.Hello", [.string("x")])
            #expect(try loop.run { heard.value == 1 })
        }

        @Test(.enabled(if: geteuid() == 0, "needs root: the client is another user"))
        func `ignores a signal that is addressed to it alone, whatever its sender`() throws {
            let bus = try PrivateBus()
            let heard = Box<[String]>([])
            let listener = try place(bus.address)
            listener.subscribe(to: .said(by: "org.example.Sender")) {
                heard.value.append((try? $0.readString()) ?? "")
            }
            let sender = try SystemBus(on: loop, name: "org.example.Sender", address: bus.address)
            #expect(try loop.run { outcomes.value == [.acquired] && sender.isConnected })
            try loop.run(for: .milliseconds(100))
            for words in [["--destination=org.example.Name"], []] {
                let forged = try bus.busctl(
                    words + ["emit", "/org/example", "org.example.Hello", "Said", "s", "forged"])
                #expect(try loop.run { !forged.isRunning })
            }
            sender.emit("Said", path: "/org/example", interface: "org.example.Hello", [.string("true")])
            #expect(try loop.run { !heard.value.isEmpty })
            #expect(heard.value == ["true"])
        }

        @Test func `hears a signal behind more calls than it takes`() throws {
            let bus = try PrivateBus()
            let heard = Box<Int>(0)
            let listener = try place(bus.address)
            listener.subscribe(to: .said()) { _ in
                heard.value += 1
            }
            let sender = try SystemBus(on: loop, name: nil, address: bus.address)
            #expect(try loop.run { outcomes.value == [.acquired] && sender.isConnected })
            try loop.run(for: .milliseconds(100))
            for _ in 0..<(2 * CallBudget.inAll) {
                sender.connection?.call("org.example.Name", "/org/example", "org.example.Hello", "Missing", []) { _ in }
            }
            sender.emit("Said", path: "/org/example", interface: "org.example.Hello", [.string("x")])
            #expect(try loop.run { heard.value == 1 })
            withExtendedLifetime((listener, sender)) {}
        }

        @Test func `waits for no bus that hangs, and bounds what it keeps for it`() throws {
            let bus = try PrivateBus()
            let place = try place(bus.address)
            #expect(try loop.run { outcomes.value == [.acquired] })
            bus.send(SIGSTOP)
            let start = BootClock.now
            // First the socket's own buffer must be full.
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
            listener.subscribe(to: .said()) { _ in
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
            // As many as the listener's gate lets through.
            #expect(try loop.run { heard.value >= min(count, CallBudget.inAll) })
        }

        @Test func `is harmless where there is no bus at all`() throws {
            for address in ["unix:path=/proc/nonexistent/bus", "unix:path=/etc/passwd/bus", "nonsense"] {
                let place = try place(address)
                try loop.run(for: .milliseconds(300))
                #expect(!place.isConnected)
            }
            #expect(outcomes.value.isEmpty)
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

extension SignalMatch {
    fileprivate static func said(by sender: String? = nil) -> SignalMatch {
        SignalMatch(sender: sender, interface: "org.example.Hello", member: "Said")
    }
}
