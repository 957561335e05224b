public import AmtguardCore

/// Replays a recorded conversation, in no time.
///
/// The questions may come in another order than in the recording. Each question gets the next answer that it got there,
/// within its connection. A question that is not in the recording gets no answer.
public struct Replay: Transport {
    private let events: [Recording.Event]
    /// The place after the last replayed opening or connecting.
    private var cursor = 0
    /// The connection's questions, by their places, that were not asked yet.
    private var unasked: [Int] = []
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
        for index in events.indices[cursor...] {
            guard case .connect(client, let outcome) = events[index] else { continue }
            cursor = index + 1
            let end = events[cursor...].firstIndex(where: \.isBeginning) ?? events.endIndex
            unasked = (cursor..<end).filter { if case .write = events[$0] { true } else { false } }
            answers = nil
            return try outcome.get()
        }
        throw .notRecorded
    }

    public mutating func write(_ question: Question) throws(LinkError) {
        let bytes = question.encoded
        for (place, index) in unasked.enumerated() {
            guard case .write(bytes, let errno) = events[index] else { continue }
            unasked.remove(at: place)
            answers = index + 1
            if let errno { throw .errno(errno) }
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
        return Array(try outcome.get().prefix(size))
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
    /// Whether it begins another connection.
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
