import Glibc
import SystemPackage
import Testing

@testable import AmtguardSystemd

/// Each in a process of its own: the environment belongs to all threads.
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
                #expect(ServiceManager.ready(status: "protected"))
                #expect(manager.receiveText() == "READY=1\nSTATUS=protected")
                #expect(ServiceManager.status("exposed"))
                #expect(manager.receiveText() == "STATUS=exposed")
                #expect(ServiceManager.stopping())
                #expect(manager.receiveText() == "STOPPING=1")

                let before = BootClock.read(CLOCK_MONOTONIC).microseconds
                #expect(ServiceManager.reloading())
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
                #expect(!ServiceManager.ready(status: ""))
                #expect(!ServiceManager.barrier(timeout: .seconds(1)))
                #expect(!ServiceManager.store([.standardInput], name: "x"))
                unsafe setenv("NOTIFY_SOCKET", "/nonexistent/notify", 1)
                #expect(!ServiceManager.status("x"))
            }
        }

        @Test func `that hangs is not waited for`() async {
            await #expect(processExitsWith: .success) {
                let directory = try TemporaryDirectory()
                unsafe setenv("NOTIFY_SOCKET", directory.path + "/notify", 1)
                let manager = try DatagramReceiver(directory.path + "/notify")
                let start = BootClock.now
                var sent = 0
                while sent < 10_000, ServiceManager.status("x") { sent += 1 }
                #expect(sent < 10_000)
                #expect(!ServiceManager.store([.standardInput], name: "x"))
                #expect(!ServiceManager.barrier(timeout: .seconds(5)))
                #expect(BootClock.now - start < .seconds(2))
                _ = manager.receive()
                #expect(ServiceManager.status("x"))
            }
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
                // The first descriptor that is handed over is 3, whatever that is in a test.
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
                #expect(try Watchdog(on: loop) == nil)
                unsafe setenv("WATCHDOG_USEC", "nonsense", 1)
                #expect(try Watchdog(on: loop) == nil)

                let directory = try TemporaryDirectory()
                unsafe setenv("NOTIFY_SOCKET", directory.path + "/notify", 1)
                unsafe setenv("WATCHDOG_USEC", "200000", 1)
                let manager = try DatagramReceiver(directory.path + "/notify")
                let watchdog = try #require(try Watchdog(on: loop))
                #expect(manager.receiveText() == "WATCHDOG=1")
                try loop.run(for: .milliseconds(300))
                #expect(manager.receiveText() == "WATCHDOG=1")
                withExtendedLifetime(watchdog) {}
            }
        }
    }
}
