public import AmtguardCore
import SystemPackage

/// One short conversation with the firmware of one device: connects, asks everything in one burst, closes.
///
/// AMTHI has a single connection, so it is never held while idle. The code blocks: it has a process of its own.
public struct Conversation<Link: Transport & ~Copyable>: ~Copyable {
    /// The way to the firmware.
    public private(set) var link: Link
    let requests: [AMTHI.Request]
    /// No step begins after this.
    private let deadline: Instant
    /// What is left of the patience with NOT_READY, for the whole conversation.
    private var notReadyPauses = Timing.notReady[...]
    /// The same with a driver that takes no message.
    private var fullPauses = Timing.busy[...]

    /// The device failed during the conversation, or says that it is not enabled: ask again from the beginning.
    struct Reset: Error {}

    /// - Parameters:
    ///   - uuid: Whether to ask for the machine's UUID. Only a person asks for it.
    ///   - limit: How long it may take, without the time that the driver takes to connect.
    public init(over link: consuming Link, uuid: Bool = false, within limit: Duration = .seconds(14)) {
        deadline = link.now + limit
        self.link = link
        requests = AMTHI.Request.allCases.filter { uuid || $0 != .uuid }
    }

    /// Asks, and returns the result; it never fails.
    public mutating func run() -> FirmwareAnswer {
        defer { link.close() }
        var pauses = Timing.reset[...]
        while true {
            do throws(Reset) {
                return try attempt()
            } catch {
                link.close()
                guard waits(pauses.popFirst()) else { return Self.nothing(.resetting, .resetting) }
            }
        }
    }

    private mutating func attempt() throws(Reset) -> FirmwareAnswer {
        switch try connect(to: .amthi) {
        case .connected(let limit): return try askAMTHI(atMost: limit)
        case .notOffered: return try askMKHI()
        case .failed(let outcome): return Self.nothing(outcome, Self.behaviour(outcome))
        }
    }

    /// The result of connecting.
    enum Connection {
        /// The longest message, in bytes.
        case connected(limit: Int)
        case notOffered
        case failed(FirmwareAnswer.Outcome)
    }

    /// Opens the device again and connects. While another program holds the client, it pauses and tries again.
    mutating func connect(to client: GUID) throws(Reset) -> Connection {
        var pauses = Timing.busy[...]
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
                return .connected(limit: try ConnectReply(parsing: bytes).messageLimit)
            } catch {
                return .failed(.garbled("connecting: \(error)"))
            }
        }
    }

    /// The result of one question.
    enum Exchange {
        case reply([UInt8])
        case silence
        case failed(LinkError)
    }

    /// Sends one message and receives one; repeats this while the reply says NOT_READY.
    mutating func exchange(
        _ question: Question, atMost size: Int, isNotReady: ([UInt8]) -> Bool
    ) throws(Reset) -> Exchange {
        while true {
            let limit = min(Timing.reply, deadline - link.now)
            guard limit > .zero else { return .silence }
            do throws(LinkError) {
                try send(question)
                let bytes = try link.read(atMost: size, within: limit)
                if isNotReady(bytes), waits(notReadyPauses.popFirst()) { continue }
                return .reply(bytes)
            } catch {
                switch error {
                // ENOTTY here: the client is gone. Connecting again shows whether it comes back.
                case .errno(.operationNotSupportedByDevice), .errno(.inappropriateIOCTLForDevice): throw Reset()
                case .silent: return .silence
                default: return .failed(error)
                }
            }
        }
    }

    /// Sends a question. If the driver says that its queue is full (EAGAIN), or that it is busy, it pauses and tries
    /// again.
    private mutating func send(_ question: Question) throws(LinkError) {
        while true {
            do throws(LinkError) {
                return try link.write(question)
            } catch .errno(.resourceTemporarilyUnavailable) where waits(fullPauses.popFirst()) {
                continue
            } catch .errno(.resourceBusy) where waits(fullPauses.popFirst()) {
                continue
            }
        }
    }

    /// Discards what follows an invalid reply.
    mutating func discard() {
        link.discard()
    }

    /// Waits for the pause; `false` if none is left, or the conversation would take too long.
    private mutating func waits(_ pause: Duration?) -> Bool {
        guard let pause, link.now + pause < deadline else { return false }
        link.pause(pause)
        return true
    }
}

/// How long things may take.
enum Timing {
    /// A whole conversation; the guard gives up after 20 s.
    static let conversation: Duration = .seconds(14)
    /// From a question to its reply. Observed are 100 to 300 ms; the in-house tools wait 3 to 15 s.
    static let reply: Duration = .seconds(3)
    /// Other programs hold AMTHI for milliseconds up to a few seconds.
    static let busy: [Duration] = [250, 320, 390, 460, 530, 600, 675, 750].map { .milliseconds($0) }
    /// A firmware reset takes seconds.
    static let reset: [Duration] = [500, 1_000, 2_000, 4_000].map { .milliseconds($0) }
    static let notReady: [Duration] = [250, 500, 750, 1_000].map { .milliseconds($0) }
}
