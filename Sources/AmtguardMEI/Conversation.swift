public import AmtguardCore
import SystemPackage

/// One short conversation with the firmware of one device: connects, asks, closes.
///
/// AMTHI accepts one connection at a time. So the conversation never keeps it while idle, and with a slow firmware only
/// for a short time: it releases the connection between questions and takes turns with other programs. The code blocks,
/// so it runs in a separate process.
public struct Conversation<Link: Transport & ~Copyable>: ~Copyable {
    /// The connection to the firmware.
    public private(set) var link: Link
    let requests: [AMTHI.Request]
    /// No step starts after this time.
    private let deadline: Instant
    /// The remaining pauses after NOT_READY, for the whole conversation.
    private var notReadyPauses = Timing.notReady[...]
    /// The remaining pauses for a driver that accepts no message.
    private var fullPauses = Timing.busy[...]
    /// The connection for the next question; `nil` before the first, and after a reset.
    private var turn: Turn?
    /// Whether AMTHI has answered anything: then it no longer counts as missing.
    private var heardAMTHI = false
    /// The longest time of a reply.
    private var slowest = Duration.zero

    /// The device failed during the conversation, or reports that it is not enabled: start again from the beginning.
    struct Reset: Error {}

    /// - Parameters:
    ///   - uuid: Whether to ask for the machine's UUID. It is asked only on request.
    ///   - limit: How long it may take, without the driver's time to connect.
    public init(over link: consuming Link, uuid: Bool = false, within limit: Duration = .seconds(14)) {
        deadline = link.now + limit
        self.link = link
        requests = AMTHI.Request.allCases.filter { uuid || $0 != .uuid }
    }

    /// Asks, and returns the result; never fails.
    public mutating func run() -> FirmwareAnswer {
        defer { link.close() }
        var pauses = Timing.reset[...]
        while true {
            do throws(Reset) {
                return try attempt()
            } catch {
                turn = nil
                link.close()
                guard waits(pauses.popFirst()) else { return Self.nothing(.resetting, .resetting) }
            }
        }
    }

    private mutating func attempt() throws(Reset) -> FirmwareAnswer {
        var answer: FirmwareAnswer
        switch try connect(to: .amthi) {
        case .connected: answer = try askAMTHI()
        case .notOffered where heardAMTHI: throw Reset()
        case .notOffered: answer = try askMKHI()
        case .failed(let outcome): return Self.nothing(outcome, Self.behaviour(outcome))
        }
        answer.amtSwitch = askSwitch(after: answer)
        return answer
    }

    // MARK: - Connections

    /// The result of connecting.
    enum Connection {
        /// The longest message, in bytes.
        case connected(limit: Int)
        case notOffered
        case failed(FirmwareAnswer.Outcome)
    }

    /// One connection, from connecting until it is released.
    private struct Turn {
        let client: GUID
        /// The longest message, in bytes.
        let limit: Int
        let began: Instant
        var isReleased = false
        /// Whether a question was sent.
        var isUsed = false
    }

    /// Opens the device again and connects. While another program has the client, it pauses and tries again.
    mutating func connect(to client: GUID, pauses: [Duration] = Timing.busy) throws(Reset) -> Connection {
        var pauses = pauses[...]
        while true {
            do throws(LinkError) {
                try link.open()
            } catch {
                link.close()
                if error == .errno(.resourceBusy), waits(pauses.popFirst()) { continue }
                return .failed(try Self.failure(toOpen: error))
            }
            let bytes: [UInt8]
            do throws(LinkError) {
                bytes = try link.connect(to: client)
            } catch {
                link.close()
                if error == .errno(.resourceBusy), waits(pauses.popFirst()) { continue }
                return try Self.failure(toConnect: error)
            }
            do throws(WireError) {
                let limit = try ConnectReply(parsing: bytes).messageLimit
                turn = Turn(client: client, limit: limit, began: link.now)
                return .connected(limit: limit)
            } catch {
                return .failed(.garbled("connecting: \(error)"))
            }
        }
    }

    /// The connection for one more question: the present one if even the slowest reply would still arrive within the
    /// turn, else another one after a rest.
    private mutating func takeTurn() throws(Reset) -> Connection {
        guard let turn else { preconditionFailure("a question without a connection") }
        if !turn.isReleased {
            if !turn.isUsed || link.now - turn.began + slowest <= Timing.turn { return .connected(limit: turn.limit) }
            guard rests(for: Timing.rest) else { return .failed(.silent) }
        }
        return try connect(to: turn.client)
    }

    /// Releases the connection and waits; `false` if there is no pause left, or no time for it.
    private mutating func rests(for pause: Duration?) -> Bool {
        guard let pause, hasTime(for: pause) else { return false }
        link.close()
        turn?.isReleased = true
        link.pause(pause)
        return true
    }

    // MARK: - Questions

    /// The result of one question.
    enum Exchange {
        case reply([UInt8])
        case silence
        case failed(LinkError)
        /// It was not sent: there was no connection, or no time.
        case unsent(FirmwareAnswer.Outcome)
    }

    /// Sends one message and receives one; repeats this while the reply says NOT_READY.
    mutating func exchange(_ question: Question, isNotReady: ([UInt8]) -> Bool) throws(Reset) -> Exchange {
        while true {
            let size: Int
            switch try takeTurn() {
            case .connected(let limit): size = limit
            // The client existed a moment ago.
            case .notOffered: throw Reset()
            case .failed(let outcome): return .unsent(outcome)
            }
            let limit = min(Timing.reply, deadline - link.now)
            guard limit > .zero else { return .silence }
            let start = link.now
            do throws(LinkError) {
                try link.write(question)
            } catch {
                if error.isPassing, awaitsRoom() { continue }
                return try Self.failure(toAsk: error)
            }
            turn?.isUsed = true
            do throws(LinkError) {
                let bytes = try link.read(atMost: size, within: limit)
                slowest = max(slowest, link.now - start)
                if case .amthi = question, !bytes.isEmpty { heardAMTHI = true }
                if isNotReady(bytes), rests(for: notReadyPauses.popFirst()) { continue }
                return .reply(bytes)
            } catch {
                return try Self.failure(toAsk: error)
            }
        }
    }

    /// The driver's queue is full (EAGAIN), or it is busy: waits, and keeps the connection as long as its turn lasts.
    private mutating func awaitsRoom() -> Bool {
        guard let pause = fullPauses.popFirst(), let turn else { return false }
        return link.now - turn.began + pause <= Timing.turn ? waits(pause) : rests(for: pause)
    }

    /// Discards what follows an invalid reply.
    mutating func discard() {
        link.discard()
    }

    /// Waits for the pause; `false` if none is left, or the conversation would take too long.
    private mutating func waits(_ pause: Duration?) -> Bool {
        guard let pause, hasTime(for: pause) else { return false }
        link.pause(pause)
        return true
    }

    func hasTime(for pause: Duration) -> Bool { link.now + pause < deadline }
}

/// Time limits and pauses.
enum Timing {
    /// A whole conversation; the guard gives up after 20 s.
    static let conversation: Duration = .seconds(14)
    /// From a question to its reply. 100 to 300 ms were observed; the in-house tools wait 3 to 15 s.
    static let reply: Duration = .seconds(3)
    /// How long a connection may be kept while other programs want it, and for how long it is then released. Intel LMS
    /// connects for each command, and tries three times, half a second apart. With a turn shorter than that second, and
    /// a rest longer than half of it, one of its attempts succeeds.
    static let turn: Duration = .milliseconds(600)
    static let rest: Duration = .milliseconds(600)
    /// Other programs keep AMTHI for milliseconds up to a few seconds.
    static let busy: [Duration] = [250, 320, 390, 460, 530, 600, 675, 750].map { .milliseconds($0) }
    /// A firmware reset takes seconds.
    static let reset: [Duration] = [500, 1_000, 2_000, 4_000].map { .milliseconds($0) }
    /// The watchdog client is asked only if this much time is left: the question must not endanger the answer so far.
    static let forSwitch: Duration = .seconds(7)
    static let notReady: [Duration] = [250, 500, 750, 1_000].map { .milliseconds($0) }
}
