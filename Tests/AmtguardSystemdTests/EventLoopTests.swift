import Glibc
import SystemPackage
import Testing

@testable import AmtguardSystemd

extension Systemd {
    @Suite struct `The event loop` {
        let loop: EventLoop

        init() throws { loop = try EventLoop() }

        @Test func `returns the code that it was left with`() throws {
            let loop = loop
            let timer = loop.timer("end") { loop.exit(7) }
            timer.arm(after: .zero)
            #expect(try loop.run() == 7)
        }

        @Test func `lets timers go off in the order of their appointments, each once`() throws {
            var order: [String] = []
            let late = loop.timer("late") { order.append("late") }
            let early = loop.timer("early") { order.append("early") }
            let past = loop.timer("past") { order.append("past") }
            let never = loop.timer("never") { order.append("never") }
            late.arm(after: .milliseconds(60))
            early.arm(at: BootClock.now + .milliseconds(30))
            past.arm(at: .seconds(1))
            never.arm(after: .milliseconds(10))
            never.disarm()
            try loop.run(for: .milliseconds(200))
            #expect(order == ["past", "early", "late"])
            withExtendedLifetime(loop) {}
            never.disarm()
        }

        @Test func `hears priority events, and no others`() throws {
            // In packet mode the master of a terminal gets one when the other side discards its queue.
            let master = FileDescriptor(rawValue: try check(posix_openpt(O_RDWR | O_NOCTTY)))
            defer { try? master.close() }
            try check(grantpt(master.rawValue))
            try check(unlockpt(master.rawValue))
            guard let path = unsafe ptsname(master.rawValue) else { throw Errno(rawValue: errno) }
            let name = unsafe String(cString: path)
            let slave = try FileDescriptor.open(FilePath(name), .readWrite, options: .noFollow)
            defer { try? slave.close() }
            var on: CInt = 1
            try check(unsafe ioctl(master.rawValue, UInt(TIOCPKT), &on))

            var count = 0
            let source = try loop.onPriorityEvent(master, "urgent") { count += 1 }
            try slave.writeAll("x".utf8)
            #expect(try !loop.turn(timeout: .milliseconds(20)))
            try check(tcflush(slave.rawValue, TCIOFLUSH))
            #expect(try loop.turn(timeout: .seconds(5)))
            #expect(count == 1)
            withExtendedLifetime(source) {}
        }

        @Test func `keeps appointments exactly, never early`() throws {
            // libsystemd's default accuracy of 250 ms would let at least one of them wait for the next.
            let start = BootClock.now
            for number in 1...5 {
                var firedAt: Duration?
                let timer = loop.timer("exact") { firedAt = BootClock.now }
                let time = start + .milliseconds(60 * number)
                timer.arm(at: time, accuracy: .zero)
                // One turn, which nothing else ends, because any wake-up would serve what is due.
                while firedAt == nil { try #require(try loop.turn(timeout: .seconds(5))) }
                let late = try #require(firedAt) - time
                #expect(late >= .zero && late < .milliseconds(55))
                timer.disarm()
            }
        }

        @Test func `counts a delay from the call, not from the wake-up`() throws {
            let second = Box<Timer?>(nil)
            var armedAt = Duration.zero
            var firedAt: Duration?
            let first = loop.timer("first") {
                usleep(50_000)
                armedAt = BootClock.now
                second.value?.arm(after: .milliseconds(30))
            }
            second.value = loop.timer("second") { firedAt = BootClock.now }
            first.arm(after: .zero)
            #expect(try loop.run { firedAt != nil })
            #expect(try #require(firedAt) - armedAt >= .milliseconds(30))
            first.disarm()
        }

        @Test func `lets a timer be armed again inside its own body`() throws {
            let timer = Box<Timer?>(nil)
            var count = 0
            timer.value = loop.timer("again") {
                count += 1
                if count < 3 { timer.value?.arm(after: .milliseconds(1)) }
            }
            timer.value?.arm(after: .zero)
            try loop.run(for: .milliseconds(100))
            #expect(count == 3)
            timer.value = nil
        }

        @Test func `lets a source end inside its own body, and frees what the body held`() throws {
            let box = Box<Timer?>(nil)
            weak var held: Box<Int>?
            var count = 0
            do {
                let number = Box(1)
                held = number
                box.value = loop.timer("own end") {
                    box.value = nil
                    count += number.value
                }
            }
            box.value?.arm(after: .zero)
            #expect(held != nil)
            try loop.run(for: .milliseconds(50))
            #expect(count == 1)
            #expect(held == nil)
        }

        @Test func `calls for a readable descriptor until it is read, unless it is switched off`() throws {
            let (reading, writing) = try FileDescriptor.pipe()
            defer {
                try? reading.close()
                try? writing.close()
            }
            var count = 0
            let source = try loop.onReadable(reading, "pipe") { count += 1 }
            try loop.run(for: .milliseconds(30))
            #expect(count == 0)
            try writing.writeAll([1])
            #expect(try loop.run { count >= 3 })
            source.setEnabled(false)
            let before = count
            try loop.run(for: .milliseconds(30))
            #expect(count == before)
            source.setEnabled(true)
            #expect(try loop.run { count > before })
        }

        @Test func `serves what is urgent first`() throws {
            let (reading, writing) = try FileDescriptor.pipe()
            defer {
                try? reading.close()
                try? writing.close()
            }
            try writing.writeAll([1])
            var order: [String] = []
            let idle = try loop.onReadable(reading.duplicate(), "idle", priority: .idle) { order.append("idle") }
            let urgent = Box<EventSource?>(nil)
            urgent.value = try loop.onReadable(reading, "urgent", priority: .urgent) {
                order.append("urgent")
                urgent.value = nil
            }
            #expect(try loop.run { order.count >= 2 })
            #expect(order.prefix(2) == ["urgent", "idle"])
            idle.setEnabled(false)
        }

        @Test func `refuses a regular file, and frees the body`() throws {
            let file = try FileDescriptor.open(FilePath("/etc/passwd"), .readOnly)
            defer { try? file.close() }
            weak var held: Box<Int>?
            do {
                let number = Box(1)
                held = number
                let loop = loop
                #expect(throws: Errno.notPermitted) { _ = try loop.onReadable(file, "file") { number.value += 1 } }
            }
            #expect(held == nil)
        }

        @Test func `takes a signal, and leaves the process alive`() async {
            await #expect(processExitsWith: .success) {
                // Test threads have all signals blocked; a daemon's first thread has none.
                var signals = sigset_t()
                unsafe sigemptyset(&signals)
                unsafe pthread_sigmask(SIG_SETMASK, &signals, nil)
                let loop = try EventLoop()
                var count = 0
                let source = try loop.onSignal(SIGUSR1, "signal") { count += 1 }
                pthread_kill(pthread_self(), SIGUSR1)
                #expect(try loop.run { count == 1 })
                #expect(throws: Errno.resourceBusy) { _ = try loop.onSignal(SIGUSR1, "again") {} }
                #expect(throws: Errno.invalidArgument) { _ = try loop.onSignal(4_711, "no signal") {} }
                source.setEnabled(false)
            }
        }
    }

    @Suite struct `A duration for libsystemd` {
        @Test(arguments: [
            (Duration.zero, UInt64(0)), (.nanoseconds(1), 1), (.microseconds(1), 1), (.seconds(3), 3_000_000),
            (.milliseconds(-5), 0), (.seconds(Int64.max), UInt64(Int64.max)),
        ])
        func `is whole microseconds, never early, never negative, never endless`(
            _ duration: Duration, _ microseconds: UInt64
        ) {
            #expect(duration.microseconds == microseconds)
        }
    }
}
