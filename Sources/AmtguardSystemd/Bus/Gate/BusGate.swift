import Glibc
import SystemPackage

/// Stands between the bus and libsystemd: reads what the bus sends, and hands on what is let through.
///
/// What libsystemd sends goes to the bus directly. The gate reads after all other work is done, a little at a time.
final class BusGate {
    /// Whether the bus takes no more of what is sent: then nobody is asked to answer more.
    var isClogged: () -> Bool = { false }

    private let bus: FileDescriptor
    private var inside: FileDescriptor?
    private var sieve = MessageSieve()
    private var budget = CallBudget()
    private var part = [UInt8](repeating: 0, count: BusGate.partLength)
    /// What libsystemd has not taken yet.
    private var held: [UInt8] = []
    private var readable: EventSource?
    private var writable: EventSource?
    private var timer: Timer?

    private static let partLength = 16_384
    /// While messages are dropped, the gate wakes up so often, and not for each of them.
    private static let rest: Duration = .milliseconds(1)

    /// Takes over a connection to a bus.
    ///
    /// - Returns: the gate, and what libsystemd reads from, which is the caller's to close.
    static func make(
        _ bus: FileDescriptor, on loop: EventLoop
    ) throws(Errno) -> (gate: BusGate, output: FileDescriptor) {
        var ends: [CInt] = [-1, -1]
        let type = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        guard unsafe socketpair(AF_UNIX, type, 0, &ends) == 0 else {
            let error = Errno(rawValue: errno)
            close(bus.rawValue)
            throw error
        }
        let gate = BusGate(bus, FileDescriptor(rawValue: ends[0]))
        do throws(Errno) {
            try gate.attach(to: loop)
        } catch {
            close(ends[1])
            throw error
        }
        return (gate, FileDescriptor(rawValue: ends[1]))
    }

    private init(_ bus: FileDescriptor, _ inside: FileDescriptor) {
        self.bus = bus
        self.inside = inside
    }

    deinit {
        shut()
        close(bus.rawValue)
    }

    private func attach(to loop: EventLoop) throws(Errno) {
        guard let inside else { return }
        timer = loop.timer("bus-gate", priority: .others) { [unowned self] in resume() }
        writable = try loop.onWritable(inside, "bus-gate", priority: .others) { [unowned self] in hand([]) }
        writable?.setEnabled(false)
        readable = try loop.onReadable(bus, "bus-gate", priority: .others) { [unowned self] in read() }
    }

    /// The corresponding C function is `recv`.
    private func read() {
        let count = unsafe recv(bus.rawValue, &part, part.count, 0)
        guard count > 0 else {
            if count == 0 || (errno != EAGAIN && errno != EINTR) { shut() }
            return
        }
        do throws(MessageSieve.Nonsense) {
            var out = budget.begin(at: BootClock.now) ? sieve.release() : []
            let isClogged = isClogged()
            out += try sieve.take(part[..<count]) { isClogged ? .drop : budget.judge($0) }
            hand(out)
        } catch {
            return shut()
        }
        if sieve.hasDropped, !sieve.isDropping {
            readable?.setEnabled(false)
            timer?.arm(after: Self.rest)
        } else if sieve.isWaiting {
            timer?.arm(at: budget.end)
        }
    }

    /// The timer: a rest is over, or a second in which calls were postponed.
    private func resume() {
        if budget.begin(at: BootClock.now) { hand(sieve.release()) }
        if held.isEmpty { readable?.setEnabled(true) }
        if sieve.isWaiting { timer?.arm(at: budget.end) }
    }

    /// Hands on what is held, and this. The corresponding C function is `send`.
    private func hand(_ bytes: [UInt8]) {
        held += bytes
        guard let inside, !held.isEmpty else { return }
        let count = unsafe send(inside.rawValue, held, held.count, CInt(MSG_NOSIGNAL))
        if count < 0, errno != EAGAIN, errno != EINTR { return shut() }
        held.removeFirst(max(count, 0))
        writable?.setEnabled(!held.isEmpty)
        readable?.setEnabled(held.isEmpty)
    }

    /// To libsystemd it is the end of the connection.
    private func shut() {
        readable = nil
        writable = nil
        timer = nil
        if let inside { close(inside.rawValue) }
        inside = nil
    }
}
