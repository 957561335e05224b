public import AmtguardCore
import SystemPackage

/// Replays a recorded conversation without waiting.
///
/// The questions may come in another order than in the recording, and with other pauses between them. So each question
/// gets the next recorded answer to it, from the same connection or from a later one to the same client. A question
/// that is not in the recording gets no answer.
public struct Replay: Transport {
    private let events: [Recording.Event]
    /// The place after the last replayed opening or connecting.
    private var cursor = 0
    /// The positions of the client's questions from here on that were not asked yet.
    private var unasked: [Int] = []
    /// The questions that were asked.
    private var asked: Set<Int> = []
    /// The last connection; `nil` before the first, and after it failed.
    private var connection: (client: GUID, reply: [UInt8])?
    /// Where the answers to the last question begin; `nil` before the first.
    private var answers: Int?
    public private(set) var now = Instant(sinceBoot: .zero)

    public init(_ device: Recording.Device) {
        events = device.events
    }

    /// A recording that was written by hand may leave out an opening.
    public mutating func open() throws(LinkError) {
        guard let next = events[cursor...].firstIndex(where: \.isBeginning), case .open(let errno) = events[next] else {
            return
        }
        cursor = next + 1
        if let errno { throw .errno(errno) }
    }

    public mutating func connect(to client: GUID) throws(LinkError) -> [UInt8] {
        answers = nil
        for index in events.indices[cursor...] {
            guard case .connect(client, let outcome) = events[index] else { continue }
            cursor = index + 1
            connection = nil
            let reply = try outcome.get()
            connection = (client, reply)
            unasked = questions(to: client)
            return reply
        }
        // The recording has fewer connections: the conversation continues in the present one.
        guard let connection, connection.client == client else { throw .notRecorded }
        return connection.reply
    }

    private func questions(to client: GUID) -> [Int] {
        var receiver = client
        return events.indices[cursor...].filter { index in
            if case .connect(let next, _) = events[index] { receiver = next }
            guard case .write = events[index] else { return false }
            return receiver == client && !asked.contains(index)
        }
    }

    public mutating func write(_ question: Question) throws(LinkError) {
        let bytes = question.encoded
        for (place, index) in unasked.enumerated() {
            guard case .write(bytes, let errno) = events[index] else { continue }
            unasked.remove(at: place)
            asked.insert(index)
            answers = index + 1
            if let errno { throw ended(by: errno) }
            return
        }
        answers = nil
        throw .notRecorded
    }

    public mutating func read(atMost size: Int, within limit: Duration) throws(LinkError) -> [UInt8] {
        guard let index = answers, events.indices.contains(index), case .read(let outcome) = events[index] else {
            now = now + limit
            throw .silent
        }
        answers = index + 1
        if outcome == .silence { now = now + limit }
        if case .errno(let errno) = outcome { throw ended(by: errno) }
        return Array(try outcome.get().prefix(size))
    }

    /// The error of a step; most of them end the connection.
    private mutating func ended(by errno: Errno) -> LinkError {
        let error = LinkError.errno(errno)
        if !error.isPassing { connection = nil }
        return error
    }

    public mutating func discard() {
        while let index = answers, events.indices.contains(index), case .read(.bytes) = events[index] {
            answers = index + 1
        }
    }

    public mutating func close() {}

    public mutating func pause(_ duration: Duration) {
        now = now + duration
    }
}

extension Recording.Event {
    /// Whether it starts another connection.
    fileprivate var isBeginning: Bool {
        switch self {
        case .open, .connect: true
        case .write, .read: false
        }
    }
}

extension Recording.Outcome {
    fileprivate func get() throws(LinkError) -> [UInt8] {
        switch self {
        case .bytes(let bytes): return bytes
        case .errno(let errno): throw .errno(errno)
        case .silence: throw .silent
        }
    }
}
