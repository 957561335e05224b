import Glibc
import SystemPackage

/// Reads from the bus, and passes on to libsystemd what the sieve lets through.
///
/// libsystemd itself writes to the bus, without the gate. The gate reads when no other work is due, a little at a time.
final class BusGate {
    /// Whether the bus no longer reads our answers. Then the gate drops further calls.
    var isClogged: () -> Bool = { false }
    /// Called for each part that the gate reads while the bus does not read our answers.
    var onClogged: () -> Void = {}
    /// Called after each part of which the gate dropped broadcast signals.
    var onSignalsLost: () -> Void = {}

    private let bus: FileDescriptor
    private var inside: FileDescriptor?
    private var sieve = MessageSieve()
    private var budget = CallBudget()
    /// A separate budget, so that no number of calls displaces a signal to which this program subscribed.
    private var broadcastBudget = CallBudget()
    private var part = [UInt8](repeating: 0, count: BusGate.partLength)
    /// The bytes that libsystemd has not read yet.
    private var held: [UInt8] = []
    private var readable: EventSource?
    private var writable: EventSource?
    private var timer: Timer?

    private static let partLength = 16_384
    /// The pause between two reads while messages are dropped, so that the gate does not wake up for each of them.
    private static let rest: Duration = .milliseconds(1)

    /// Takes over a connection to a bus.
    ///
    /// - Returns: the gate, and the descriptor from which libsystemd reads. The caller closes the descriptor.
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
            var out = beginSecond() ? sieve.release() : []
            let isClogged = isClogged()
            if isClogged { onClogged() }
            var losesSignals = false
            out += try sieve.take(part[..<count]) { kind, sender in
                switch kind {
                case .addressed: return isClogged ? .drop : budget.judge(sender)
                case .broadcast:
                    let judgement = broadcastBudget.judge(sender)
                    if judgement == .drop { losesSignals = true }
                    return judgement
                }
            }
            hand(out)
            if losesSignals { onSignalsLost() }
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

    /// Both budgets start their seconds together.
    private func beginSecond() -> Bool {
        let now = BootClock.now
        _ = broadcastBudget.begin(at: now)
        return budget.begin(at: now)
    }

    /// The timer fires: the pause is over, or the second in which calls were postponed.
    private func resume() {
        if beginSecond() { hand(sieve.release()) }
        if held.isEmpty { readable?.setEnabled(true) }
        if sieve.isWaiting { timer?.arm(at: budget.end) }
    }

    /// Passes on the held bytes, then these. The corresponding C function is `send`.
    private func hand(_ bytes: [UInt8]) {
        held += bytes
        guard let inside, !held.isEmpty else { return }
        let count = unsafe send(inside.rawValue, held, held.count, CInt(MSG_NOSIGNAL))
        if count < 0, errno != EAGAIN, errno != EINTR { return shut() }
        held.removeFirst(max(count, 0))
        writable?.setEnabled(!held.isEmpty)
        readable?.setEnabled(held.isEmpty)
    }

    /// Closes libsystemd's end of the connection.
    private func shut() {
        readable = nil
        writable = nil
        timer = nil
        if let inside { close(inside.rawValue) }
        inside = nil
    }
}
