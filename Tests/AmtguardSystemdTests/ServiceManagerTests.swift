import Glibc
import SystemPackage
import Testing

@testable import AmtguardSystemd

/// Each test runs in a separate process, because the environment belongs to all threads.
extension Systemd {
    @Suite struct `The service manager` {
        @Test func `is told a status that cannot forge another assignment`() {
            #expect(
                ServiceManager.message(["STATUS=a\nREADY=1\r\nb\u{2028}c\0d", "X=1"]) == "STATUS=a READY=1 b c d\nX=1")
        }

        @Test func `hears of ready, status, reloading and stopping`() async {
            await #expect(processExitsWith: .success) {
                let directory = try TemporaryDirectory()
                unsafe setenv("NOTIFY_SOCKET", directory.path + "/notify", 1)
                let manager = try DatagramReceiver(directory.path + "/notify")
                #expect(ServiceManager.isSupervised)
                let notifier = Notifier(on: try EventLoop())
                notifier.ready(status: "protected")
                #expect(manager.receiveText() == "READY=1\nSTATUS=protected")
                notifier.status("exposed")
                #expect(manager.receiveText() == "STATUS=exposed")
                notifier.stopping()
                #expect(manager.receiveText() == "STOPPING=1")

                let before = BootClock.read(CLOCK_MONOTONIC).microseconds
                notifier.reloading()
                let lines = try #require(manager.receiveText()).split(separator: "\n")
                #expect(lines.first == "RELOADING=1")
                let time = try #require(UInt64(lines[1].dropFirst("MONOTONIC_USEC=".count)))
                #expect(time >= before && time <= BootClock.read(CLOCK_MONOTONIC).microseconds)
            }
        }

        @Test func `is reached in the abstract namespace`() async {
            await #expect(processExitsWith: .success) {
                let name = "amtguard-test-\(getpid())"
                let descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue), 0)
                var address = sockaddr_un()
                address.sun_family = sa_family_t(AF_UNIX)
                unsafe withUnsafeMutableBytes(of: &address.sun_path) {
                    unsafe $0.dropFirst().copyBytes(from: name.utf8)
                }
                let bound = unsafe withUnsafePointer(to: address) {
                    unsafe bind(
                        descriptor, __CONST_SOCKADDR_ARG(__sockaddr_un__: $0), socklen_t(3 + name.utf8.count))
                }
                try #require(bound == 0)
                unsafe setenv("NOTIFY_SOCKET", "@" + name, 1)
                #expect(ServiceManager.notify(["X=1"]))
            }
        }

        @Test func `is not missed`() async {
            await #expect(processExitsWith: .success) {
                unsafe unsetenv("NOTIFY_SOCKET")
                #expect(!ServiceManager.isSupervised)
                #expect(!ServiceManager.notify(["READY=1"]))
                let notifier = Notifier(on: try EventLoop())
                notifier.ready(status: "")
                let start = BootClock.now
                notifier.settle(within: .seconds(5))
                #expect(BootClock.now - start < .seconds(4), "nothing is owed")
                #expect(!ServiceManager.barrier(timeout: .seconds(1)))
                #expect(!ServiceManager.store([.standardInput], name: "x"))
                unsafe setenv("NOTIFY_SOCKET", "/nonexistent/notify", 1)
                #expect(!ServiceManager.notify(["STATUS=x"]))
            }
        }

        @Test func `that hangs is not waited for`() async {
            await #expect(processExitsWith: .success) {
                let directory = try TemporaryDirectory()
                unsafe setenv("NOTIFY_SOCKET", directory.path + "/notify", 1)
                let manager = try DatagramReceiver(directory.path + "/notify")
                let start = BootClock.now
                var sent = 0
                while sent < 10_000, ServiceManager.notify(["STATUS=x"]) { sent += 1 }
                #expect(sent < 10_000)
                #expect(!ServiceManager.store([.standardInput], name: "x"))
                #expect(!ServiceManager.barrier(timeout: .seconds(5)))
                #expect(BootClock.now - start < .seconds(2))
                _ = manager.receive()
                #expect(ServiceManager.notify(["STATUS=x"]))
            }
        }

        @Test func `gets in the end what its queue did not take`() async {
            await #expect(processExitsWith: .success) {
                let directory = try TemporaryDirectory()
                unsafe setenv("NOTIFY_SOCKET", directory.path + "/notify", 1)
                let manager = try DatagramReceiver(directory.path + "/notify")
                while ServiceManager.notify(["STATUS=of another unit"]) {}
                let loop = try EventLoop()
                let notifier = Notifier(on: loop)
                notifier.ready(status: "first")
                notifier.reloading()
                notifier.beat()
                notifier.status("second")
                notifier.ready(status: "third")
                notifier.status("fourth")
                try loop.run(for: .milliseconds(100))
                var texts: [String] = []
                for _ in 0..<200 where texts.last != "STATUS=fourth" {
                    while let text = manager.receiveText() { texts.append(text) }
                    try loop.run(for: .milliseconds(20))
                }
                while let text = manager.receiveText() { texts.append(text) }
                let told = texts.drop { $0 == "STATUS=of another unit" }
                    .map { $0.hasPrefix("RELOADING=1") ? "RELOADING" : $0 }
                #expect(
                    Array(told) == [
                        "READY=1\nSTATUS=first", "RELOADING", "WATCHDOG=1", "READY=1\nSTATUS=third", "STATUS=fourth",
                    ])
            }
        }

        @Test func `is told of a burst of reloads once, after the first READY`() {
            var debts = Debts()
            debts.ready("a")
            for time in 1...3 {
                debts.reloading(at: UInt64(time))
                debts.status("b\(time)")
                debts.ready("c\(time)")
            }
            debts.beat()
            debts.beat()
            var told: [String] = []
            while let first = debts.first {
                told.append(first.joined(separator: " "))
                debts.paid()
            }
            #expect(told == ["READY=1 STATUS=a", "RELOADING=1 MONOTONIC_USEC=3", "READY=1 STATUS=c3", "WATCHDOG=1"])
            debts.ready("a")
            debts.stopping()
            #expect(debts.count == 1)
            #expect(debts.first == ["STOPPING=1"])
        }

        @Test func `stores descriptors, all of them, and drops them by name`() async {
            await #expect(processExitsWith: .success) {
                let directory = try TemporaryDirectory()
                unsafe setenv("NOTIFY_SOCKET", directory.path + "/notify", 1)
                let manager = try DatagramReceiver(directory.path + "/notify")

                #expect(ServiceManager.store([.standardInput, .standardError], name: "holds", poll: false))
                let message = try #require(manager.receive())
                #expect(String(decoding: message.bytes, as: UTF8.self) == "FDSTORE=1\nFDNAME=holds\nFDPOLL=0")
                #expect(message.descriptors == 2)

                let many = Array(repeating: FileDescriptor.standardInput, count: 300)
                #expect(ServiceManager.store(many, name: "many"))
                #expect(manager.receive()?.descriptors == 253)
                #expect(manager.receive()?.descriptors == 47)

                #expect(ServiceManager.removeFromStore(name: "holds"))
                #expect(manager.receiveText() == "FDSTOREREMOVE=1\nFDNAME=holds")
            }
        }

        @Test func `hands over descriptors with their names, once`() async {
            await #expect(processExitsWith: .success) {
                // The first handed-over descriptor is 3, which may be any file in a test.
                dup2(STDIN_FILENO, 3)
                dup2(STDIN_FILENO, 4)
                unsafe setenv("LISTEN_PID", "\(getpid())", 1)
                unsafe setenv("LISTEN_FDS", "2", 1)
                unsafe setenv("LISTEN_FDNAMES", "watch:holds", 1)
                let received = ServiceManager.receivedDescriptors()
                #expect(received.map(\.name) == ["watch", "holds"])
                #expect(received.map(\.descriptor.rawValue) == [3, 4])
                #expect(fcntl(4, F_GETFD) == FD_CLOEXEC)
                #expect(ServiceManager.receivedDescriptors().isEmpty)
                #expect(environment("LISTEN_FDNAMES") == nil)
            }
        }

        @Test func `hears from the loop that it turns, if it asked`() async {
            await #expect(processExitsWith: .success) {
                let loop = try EventLoop()
                let notifier = Notifier(on: loop)
                let unasked = Watchdog(on: loop, telling: notifier)
                unsafe setenv("WATCHDOG_USEC", "nonsense", 1)
                let misled = Watchdog(on: loop, telling: notifier)
                withExtendedLifetime((unasked, misled)) {}

                let directory = try TemporaryDirectory()
                unsafe setenv("NOTIFY_SOCKET", directory.path + "/notify", 1)
                unsafe setenv("WATCHDOG_USEC", "200000", 1)
                let manager = try DatagramReceiver(directory.path + "/notify")
                let watchdog = Watchdog(on: loop, telling: notifier)
                #expect(manager.receiveText() == "WATCHDOG=1")
                try loop.run(for: .milliseconds(300))
                #expect(manager.receiveText() == "WATCHDOG=1")
                withExtendedLifetime(watchdog) {}
            }
        }

        @Test func `starts a service again that the kernel killed because its loop stood still`() async {
            await #expect(processExitsWith: .signal(SIGKILL)) {
                unsafe setenv("NOTIFY_SOCKET", "/nonexistent/notify", 1)
                let loop = try EventLoop()
                let watchdog = Watchdog(on: loop, telling: Notifier(on: loop), patience: .milliseconds(400))
                try loop.run(for: .seconds(1))
                // The loop ran for longer than that. Now it hangs.
                sleep(20)
                withExtendedLifetime(watchdog) {}
            }
            await #expect(processExitsWith: .success) {
                unsafe unsetenv("NOTIFY_SOCKET")
                let loop = try EventLoop()
                let watchdog = Watchdog(on: loop, telling: Notifier(on: loop), patience: .milliseconds(100))
                usleep(300_000)
                withExtendedLifetime(watchdog) {}
            }
        }
    }
}
