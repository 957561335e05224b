public import AmtguardCore

/// Records every step of another transport.
public struct Recorder<Link: Transport & ~Copyable>: Transport, ~Copyable {
    private var link: Link
    /// The steps so far.
    public private(set) var events: [Recording.Event] = []

    public init(_ link: consuming Link) {
        self.link = link
    }

    public var now: Instant { link.now }

    public mutating func open() throws(LinkError) {
        do throws(LinkError) {
            try link.open()
            events.append(.open(nil))
        } catch {
            if case .errno(let errno) = error { events.append(.open(errno)) }
            throw error
        }
    }

    public mutating func connect(to client: GUID) throws(LinkError) -> [UInt8] {
        do throws(LinkError) {
            let bytes = try link.connect(to: client)
            events.append(.connect(client, .bytes(bytes)))
            return bytes
        } catch {
            if let outcome = Recording.Outcome(error) { events.append(.connect(client, outcome)) }
            throw error
        }
    }

    public mutating func write(_ question: Question) throws(LinkError) {
        do throws(LinkError) {
            try link.write(question)
            events.append(.write(question.encoded, nil))
        } catch {
            if case .errno(let errno) = error { events.append(.write(question.encoded, errno)) }
            throw error
        }
    }

    public mutating func read(atMost size: Int, within limit: Duration) throws(LinkError) -> [UInt8] {
        do throws(LinkError) {
            let bytes = try link.read(atMost: size, within: limit)
            events.append(.read(.bytes(bytes)))
            return bytes
        } catch {
            if let outcome = Recording.Outcome(error) { events.append(.read(outcome)) }
            throw error
        }
    }

    public mutating func discard() { link.discard() }
    public mutating func close() { link.close() }
    public mutating func pause(_ duration: Duration) { link.pause(duration) }
}

extension Recording.Outcome {
    fileprivate init?(_ error: LinkError) {
        switch error {
        case .errno(let errno): self = .errno(errno)
        case .silent: self = .silence
        case .otherNode, .notRecorded: return nil
        }
    }
}
