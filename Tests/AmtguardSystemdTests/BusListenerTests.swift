import Glibc
import SystemPackage
import Testing

@testable import AmtguardSystemd

extension Systemd {
    @Suite struct `A listener to a service` {
        let loop: EventLoop
        let presences = Box<[BusListener.Presence]>([])
        let heard = Box<[String]>([])
        let losses = Box<Int>(0)

        init() throws { loop = try EventLoop() }

        private func listen(_ address: String) throws -> BusListener {
            let (presences, heard, losses) = (presences, heard, losses)
            return try BusListener(
                to: "org.example.Name", [SignalMatch(path: "/org/example")], on: loop, address: address,
                onPresence: { presences.value.append($0) }, onLoss: { losses.value += 1 },
                onSignal: { heard.value.append((try? $0.readString()) ?? "?") })
        }

        private func serve(_ address: String, _ name: String = "org.example.Name") throws -> SystemBus {
            try SystemBus(on: loop, name: name, address: address)
        }

        private func say(_ text: String, from service: SystemBus) {
            service.emit("Said", path: "/org/example", interface: "org.example.Hello", [.string(text)])
        }

        @Test func `hears it, when it comes, goes, and comes again`() throws {
            let bus = try PrivateBus()
            try bus.wait()
            let listener = try listen(bus.address)
            #expect(presences.value == [])
            #expect(try loop.run { presences.value == [.absent] })
            let service = Box<SystemBus?>(try serve(bus.address))
            #expect(try loop.run { presences.value == [.absent, .present] })
            if let service = service.value { say("hello", from: service) }
            #expect(try loop.run { heard.value == ["hello"] })
            service.value = nil
            #expect(try loop.run { presences.value == [.absent, .present, .absent] })
            service.value = try serve(bus.address)
            #expect(try loop.run { presences.value.count == 4 })
            if let service = service.value { say("again", from: service) }
            #expect(try loop.run { heard.value == ["hello", "again"] })
            withExtendedLifetime(listener) {}
        }

        @Test func `hears it through restarts of the bus, and waits for one that is not there`() throws {
            let bus = try PrivateBus(later: true)
            let listener = try listen(bus.address)
            #expect(try loop.run { presences.value == [.noBus] })
            try loop.run(for: .seconds(1))
            #expect(presences.value == [.noBus])
            for round in 1...2 {
                try bus.start()
                let service = Box<SystemBus?>(try serve(bus.address))
                #expect(try loop.run(for: .seconds(20)) { presences.value.last == .present })
                if let service = service.value { say("\(round)", from: service) }
                #expect(try loop.run { heard.value.last == "\(round)" })
                service.value = nil
                bus.kill()
                #expect(try loop.run { presences.value.last == .noBus })
            }
            withExtendedLifetime(listener) {}
        }

        @Test func `says that a bus does not answer, and hears it when it does`() throws {
            let bus = try PrivateBus()
            try bus.wait()
            bus.send(SIGSTOP)
            let listener = try listen(bus.address)
            #expect(try loop.run { presences.value == [.noBus] })
            bus.send(SIGCONT)
            #expect(try loop.run(for: .seconds(60)) { presences.value == [.noBus, .absent] })
            withExtendedLifetime(listener) {}
        }

        @Test func `hears nobody else, also not one who speaks to it alone or in its words`() throws {
            let bus = try PrivateBus()
            try bus.wait()
            let service = try serve(bus.address)
            let listener = try listen(bus.address)
            #expect(try loop.run { presences.value.last == .present })
            let stranger = try serve(bus.address, "org.example.Stranger")
            #expect(try loop.run { stranger.isConnected })
            say("forged", from: stranger)
            // The connections are numbered in the order of their arrival: the listener's is the second.
            for name in [":1.0", ":1.1", ":1.2", ":1.3"] {
                for words in [
                    ["/org/example", "org.example.Hello", "Said", "s", "forged"],
                    [
                        "/org/freedesktop/DBus", "org.freedesktop.DBus", "NameOwnerChanged", "sss", "org.example.Name",
                        ":1.0", "",
                    ],
                ] {
                    let told = try bus.busctl(["emit", "--destination=\(name)"] + words)
                    #expect(try loop.run { !told.isRunning })
                }
            }
            say("true", from: service)
            #expect(try loop.run { heard.value == ["true"] })
            #expect(presences.value.last == .present)
            withExtendedLifetime(listener) {}
        }

        @Test func `takes no more than so many in a second, and says that others were lost`() throws {
            let bus = try PrivateBus()
            try bus.wait()
            let service = try serve(bus.address)
            let listener = try listen(bus.address)
            #expect(try loop.run { presences.value.last == .present })
            for number in 1...1_000 { say("\(number)", from: service) }
            #expect(try loop.run { losses.value > 0 && heard.value.count >= CallBudget.inAll })
            #expect(heard.value.first == "1")
            try loop.run(for: .seconds(1))
            #expect(heard.value.count < 1_000)
            withExtendedLifetime(listener) {}
        }
    }
}
