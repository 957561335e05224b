// One thread and one loop for requests of the kernel, signals, and the time of the emulated firmware.

import CFuse
import EmulatedMEI
import Glibc

/// Serves the emulated devices until a signal ends it.
final class Server {
    /// A request that waits. It blocks nothing else, so other programs are served in the meantime.
    private struct Parked {
        enum Call {
            case open, connect(Device.File, [UInt8]), write(Device.File, [UInt8]), read(Device.File, Int)
        }

        var request: Request
        var device: Int
        var call: Call
        var until: Moment?
    }

    private struct Watcher {
        var node: Node
        var file: UInt64
        var handle: PollHandle
    }

    private var devices: [Int: Device]
    private let main: Int
    private var resetLasts: Int
    private let log: CInt?
    private let started = Server.now
    private var parked: [Parked] = []
    private var watchers: [Watcher] = []
    private var notified: [Int: Int] = [:]
    /// For each open `dev_state` file, how many changes its reader has seen. The kernel's count starts at one, that of
    /// a file at zero, so a poll before the first read returns at once.
    private var seen: [UInt64: Int] = [:]
    private var lastStateFile: UInt64 = 0

    /// `log`: the descriptor for the log of the conversation.
    init(_ machine: Machine, log: CInt?) {
        main = machine.hardware.index
        resetLasts = machine.hardware.resetLasts
        self.log = log
        devices = [main: Device(machine, at: Server.now)]
        if let graphics = machine.hardware.graphics {
            // A graphics card's device can be opened, and offers clients that are unknown here.
            var card = Machine()
            card.clients = [:]
            devices[graphics] = Device(card, at: Server.now)
        }
    }

    static var now: Moment {
        var time = timespec()
        unsafe clock_gettime(CLOCK_BOOTTIME, &time)
        return Moment(time.tv_sec) * 1_000 + Moment(time.tv_nsec) / 1_000_000
    }

    // MARK: The loop

    /// Runs until SIGTERM or SIGINT. `reread`: called at SIGHUP, to read the machine file again.
    func run(_ sessions: [FuseSession], signals: CInt, reread: () -> Machine?) {
        while true {
            settle()
            var pollers = sessions.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
            pollers.append(pollfd(fd: signals, events: Int16(POLLIN), revents: 0))
            let moment = (devices.values.compactMap(\.nextMoment) + parked.compactMap(\.until)).min()
            let wait = moment.map { CInt(clamping: max($0 - Server.now, 0)) } ?? -1
            guard unsafe Glibc.poll(&pollers, nfds_t(pollers.count), wait) >= 0 || errno == EINTR else { break }
            if pollers[sessions.count].revents != 0, !handleSignal(from: signals, reread) { break }
            for (session, poller) in zip(sessions, pollers) where poller.revents != 0 {
                guard session.serve() else { return }
            }
        }
        for waiting in parked { waiting.request.fail(.ENODEV) }
        parked = []
        watchers = []
    }

    private func handleSignal(from descriptor: CInt, _ reread: () -> Machine?) -> Bool {
        var information = signalfd_siginfo()
        guard unsafe Glibc.read(descriptor, &information, MemoryLayout<signalfd_siginfo>.size) > 0 else { return true }
        switch CInt(information.ssi_signo) {
        case SIGHUP:
            if let machine = reread() {
                resetLasts = machine.hardware.resetLasts
                devices[main]?.become(machine, at: Server.now)
            }
        case SIGUSR1: devices[main]?.reset(lasting: resetLasts, at: Server.now)
        default: return false
        }
        return true
    }

    /// Advances the devices to the present, answers requests that need not wait any more, and notifies the pollers.
    private func settle() {
        let now = Server.now
        for index in devices.keys { devices[index]?.advance(to: now) }
        let waiting = parked
        parked = []
        for one in waiting {
            if case .read = one.call {
                resume(one)
            } else if let until = one.until, until <= now {
                resume(one)
            } else {
                parked.append(one)
            }
        }
        for (index, device) in devices where notified[index] != device.changes {
            notified[index] = device.changes
            watchers.removeAll { watcher in
                guard watcher.node == .device(index) || watcher.node == .state(index) else { return false }
                watcher.handle.notify()
                return true
            }
        }
        writeLog()
    }

    private func resume(_ one: Parked) {
        switch one.call {
        case .open: open(one.device, resumed: true, one.request)
        case .connect(let file, let argument):
            connect(one.device, file, argument, resumed: true, one.request)
        case .write(let file, let bytes): write(one.device, file, bytes, resumed: true, one.request)
        case .read(let file, let count): read(one.device, file, atMost: count, blocking: true, one.request)
        }
    }

    private func park(
        _ request: Request, _ device: Int, _ call: Parked.Call, until: Moment?, interruptible: Bool
    ) {
        if interruptible {
            if unsafe fuse_req_interrupted(request.pointer) != 0 { return request.fail(.EINTR) }
            let server = unsafe Unmanaged.passUnretained(self).toOpaque()
            // Without this a signal waits for the answer, because the kernel's wait is uninterruptible.
            unsafe fuse_req_interrupt_func(
                request.pointer,
                { pointer, server in
                    guard let server = unsafe server else { return }
                    unsafe Unmanaged<Server>.fromOpaque(server).takeUnretainedValue().interrupt(pointer)
                }, server)
        }
        parked.append(Parked(request: request, device: device, call: call, until: until))
    }

    private func interrupt(_ pointer: fuse_req_t?) {
        guard let index = parked.firstIndex(where: { unsafe $0.request.isSame(as: pointer) }) else { return }
        parked.remove(at: index).request.fail(.EINTR)
    }

    private func writeLog() {
        for index in devices.keys.sorted() {
            guard let lines = devices[index]?.log, !lines.isEmpty else { continue }
            devices[index]?.log = []
            guard let log else { continue }
            let since = Server.now - started
            let text = lines.map { "\(since) mei\(index) \($0)\n" }.joined()
            unsafe _ = Glibc.write(log, text, text.utf8.count)
        }
    }

    // MARK: System calls

    func open(_ node: Node, flags: CInt, _ request: Request) {
        switch node {
        case .device(let index): open(index, resumed: false, request)
        case .state:
            lastStateFile += 1
            seen[lastStateFile] = 0
            request.reply(attribute: lastStateFile)
        }
    }

    private func open(_ device: Int, resumed: Bool, _ request: Request) {
        switch devices[device]?.open(resumed: resumed, at: Server.now) {
        case .done(let file): request.reply(open: file)
        case .failed(let failure): request.fail(failure)
        case .wait(let until, let interruptible):
            park(request, device, .open, until: until, interruptible: interruptible)
        case nil: request.fail(.ENODEV)
        }
    }

    func ioctl(_ node: Node, _ file: UInt64, _ number: UInt32, _ argument: [UInt8], _ request: Request) {
        guard case .device(let index) = node else { return request.fail(.ENOTTY) }
        guard devices[index]?.state == .enabled else { return request.fail(.ENODEV) }
        switch number {
        case 0xC010_4801: connect(index, file, argument, resumed: false, request)
        // Notifications and virtual tags: this firmware does not have them.
        case 0x4004_4802, 0x8004_4803, 0xC014_4804: request.fail(.EOPNOTSUPP)
        default: request.fail(.ENOTTY)
        }
    }

    private func connect(_ device: Int, _ file: UInt64, _ argument: [UInt8], resumed: Bool, _ request: Request) {
        switch devices[device]?.connect(file, argument, resumed: resumed, at: Server.now) {
        case .done(let answer): request.reply(ioctl: answer)
        case .failed(let failure): request.fail(failure)
        case .wait(let until, let interruptible):
            park(request, device, .connect(file, argument), until: until, interruptible: interruptible)
        case nil: request.fail(.ENODEV)
        }
    }

    func write(_ node: Node, _ file: UInt64, _ bytes: [UInt8], _ request: Request) {
        guard case .device(let index) = node else { return request.fail(.EACCES) }
        write(index, file, bytes, resumed: false, request)
    }

    private func write(_ device: Int, _ file: UInt64, _ bytes: [UInt8], resumed: Bool, _ request: Request) {
        switch devices[device]?.write(file, bytes, resumed: resumed, at: Server.now) {
        case .done(let count): request.reply(written: count)
        case .failed(let failure): request.fail(failure)
        case .wait(let until, let interruptible):
            park(request, device, .write(file, bytes), until: until, interruptible: interruptible)
        case nil: request.fail(.ENODEV)
        }
    }

    func read(
        _ node: Node, _ file: UInt64, atMost count: Int, at offset: Int, blocking: Bool, _ request: Request
    ) {
        switch node {
        case .device(let index): read(index, file, atMost: count, blocking: blocking, request)
        case .state(let index):
            guard let device = devices[index] else { return request.fail(.ENODEV) }
            seen[file] = device.stateChanges + 1
            // Without a newline, as in the kernel.
            request.reply(Array(device.state.rawValue.utf8.dropFirst(offset).prefix(count)))
        }
    }

    private func read(_ device: Int, _ file: UInt64, atMost count: Int, blocking: Bool, _ request: Request) {
        switch devices[device]?.read(file, atMost: count, blocking: blocking) {
        case .done(let bytes): request.reply(bytes)
        case .failed(let failure): request.fail(failure)
        case .wait(let until, let interruptible):
            park(request, device, .read(file, count), until: until, interruptible: interruptible)
        case nil: request.fail(.ENODEV)
        }
    }

    func poll(_ node: Node, _ file: UInt64, _ wanted: UInt32, _ handle: PollHandle?, _ request: Request) {
        if let handle {
            watchers.removeAll { $0.node == node && $0.file == file }
            watchers.append(Watcher(node: node, file: file, handle: handle))
        }
        var events: Int32 = 0
        switch node {
        case .device(let index):
            let readiness = devices[index]?.readiness(of: file) ?? .gone
            if readiness.readable { events |= POLLIN | POLLRDNORM }
            if readiness.writable { events |= POLLOUT | POLLWRNORM }
            events &= Int32(bitPattern: wanted)
            if readiness.error { events |= POLLERR }
        case .state(let index):
            events = POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM
            if seen[file] != (devices[index]?.stateChanges ?? 0) + 1 { events |= POLLERR | POLLPRI }
        }
        request.reply(events: UInt32(bitPattern: events))
    }

    func release(_ node: Node, _ file: UInt64) {
        watchers.removeAll { $0.node == node && $0.file == file }
        switch node {
        case .device(let index): devices[index]?.release(file)
        case .state: seen[file] = nil
        }
    }
}

extension Request {
    /// An attribute can be read from any position, like a text.
    fileprivate func reply(attribute file: UInt64) {
        var answer = fuse_open_out()
        answer.fh = file
        answer.open_flags = UInt32(FOPEN_DIRECT_IO | FOPEN_NOFLUSH)
        unsafe withUnsafeBytes(of: &answer) {
            unsafe _ = fuse_reply_buf(pointer, $0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count)
        }
    }
}
