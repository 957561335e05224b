import CSystemd
import Glibc
import Testing

@testable import AmtguardSystemd

extension Systemd {
    @Suite struct `The device monitor` {
        @Test(.enabled(if: getuid() == 0, "A private network namespace needs root."))
        func `hears of its subsystems, and of no others`() async {
            // In a separate process, because the thread stays in its network namespace.
            await #expect(processExitsWith: .success) {
                try check(unshare(CLONE_NEWNET))
                let loop = try EventLoop()
                let count = Box(0)
                let other = Box(0)
                let monitor = Box<DeviceMonitor?>(nil)
                monitor.value = try DeviceMonitor(subsystems: ["mem", "net"], on: loop) { count.value += 1 }
                let deaf = try DeviceMonitor(subsystems: ["pci"], on: loop) { other.value += 1 }
                // These two exist in every /sys.
                try DeviceEvent.send("change", "/devices/virtual/net/lo", subsystem: "net")
                try DeviceEvent.send("change", "/devices/virtual/mem/null", subsystem: "mem")
                try DeviceEvent.send("change", "/devices/virtual/misc/fuse", subsystem: "misc")
                #expect(try loop.run { count.value >= 2 })
                try loop.run(for: .milliseconds(50))
                #expect(count.value == 2)
                #expect(other.value == 0)

                monitor.value = nil
                try DeviceEvent.send("change", "/devices/virtual/net/lo", subsystem: "net")
                try loop.run(for: .milliseconds(50))
                #expect(count.value == 2)
                withExtendedLifetime(deaf) {}
            }
        }

        @Test(.enabled(if: getuid() == 0, "A private network namespace needs root."))
        func `may end inside its own body`() async {
            await #expect(processExitsWith: .success) {
                try check(unshare(CLONE_NEWNET))
                let loop = try EventLoop()
                let count = Box(0)
                let monitor = Box<DeviceMonitor?>(nil)
                monitor.value = try DeviceMonitor(subsystems: ["net"], on: loop) {
                    monitor.value = nil
                    count.value += 1
                }
                for _ in 0..<3 { try DeviceEvent.send("add", "/devices/virtual/net/lo", subsystem: "net") }
                #expect(try loop.run { count.value == 1 })
                try loop.run(for: .milliseconds(50))
                #expect(count.value == 1)
            }
        }
    }
}
