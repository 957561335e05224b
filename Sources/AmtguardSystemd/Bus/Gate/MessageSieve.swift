/// Decides which bytes from the bus reach libsystemd.
///
/// libsystemd reads a whole message before it parses it, and the bus lets every user send 32 MiB. So the sieve cuts the
/// body of a message that is longer than this service needs. Then libsystemd gets a short message and answers that the
/// arguments are invalid. The sieve also drops the messages beyond a sender's budget, in a tenth of the time that
/// libsystemd would need for them.
package struct MessageSieve {
    /// What happens to a call or a signal.
    package enum Judgement {
        case pass
        /// It waits for `release`.
        case postpone
        case drop
    }

    /// The kinds of messages with separate budgets.
    package enum Kind {
        /// A call, or a signal that its sender addressed to this connection: any user of the machine can send it.
        case addressed
        /// A broadcast signal. The bus delivers only those that match our subscriptions.
        case broadcast
    }

    /// The bytes are not D-Bus.
    package struct Nonsense: Error {}

    /// The longest message that passes. The longest that this service needs is the result of a probe, 16 KiB.
    package static let most = 32_768
    /// The longest header: a sender, a path and three names of 255 bytes. A message with a longer one is dropped.
    static let mostHeader = 4_096
    /// The most bytes that postponed messages may have in all.
    package static let mostWaiting = 262_144

    private enum Part {
        /// Lines of the authentication. After the line that accepts this program, the first message may follow.
        case greeting(isWelcome: Bool)
        case header
        case fields(MessageHeader)
    }

    private var part = Part.greeting(isWelcome: false)
    private var gathered: [UInt8] = []
    private var wanted = 0
    /// How many of the next bytes of a body pass; after them, the rest is dropped.
    private var passing = 0
    private var dropping = 0
    private var isPostponing = false
    private var waiting: [[UInt8]] = []
    private var waitingCount = 0

    /// Whether the last `take` dropped a message.
    private(set) var hasDropped = false

    /// Whether the rest of a long message is still to come, and will be dropped.
    var isDropping: Bool { dropping > 0 }
    package var isWaiting: Bool { !waiting.isEmpty }

    /// A sieve that waits for the greeting.
    package init() {}

    /// Takes bytes from the bus, and returns those that pass.
    ///
    /// - Parameter judge: decides about a call or a signal of a sender. The sender is empty if the header can't be
    ///   read. Answers, and messages of the bus itself, always pass.
    package mutating func take(
        _ bytes: ArraySlice<UInt8>, judge: (_ kind: Kind, _ sender: String) -> Judgement
    ) throws(Nonsense) -> [UInt8] {
        hasDropped = false
        var rest = bytes
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count)
        while let byte = rest.first {
            if case .greeting(let isWelcome) = part {
                // A message starts with l or B; a line of the authentication never does.
                if isWelcome, gathered.isEmpty, byte == UInt8(ascii: "l") || byte == UInt8(ascii: "B") {
                    expect(.header, MessageHeader.fixedLength)
                } else {
                    rest.removeFirst()
                    out.append(byte)
                    try greet(byte, isWelcome)
                }
            } else if passing > 0 {
                let some = rest.prefix(passing)
                if isPostponing { waiting[waiting.count - 1] += some } else { out += some }
                passing -= some.count
                rest = rest.dropFirst(some.count)
            } else if dropping > 0 {
                let count = min(dropping, rest.count)
                dropping -= count
                rest = rest.dropFirst(count)
            } else {
                let some = rest.prefix(wanted - gathered.count)
                gathered += some
                rest = rest.dropFirst(some.count)
                if gathered.count == wanted { try read(into: &out, judge) }
            }
        }
        return out
    }

    /// Returns the postponed messages.
    package mutating func release() -> [UInt8] {
        // The last one may not have arrived completely.
        let unfinished = isPostponing && passing > 0 ? waiting.popLast() : nil
        let out = Array(waiting.joined())
        waiting = unfinished.map { [$0] } ?? []
        waitingCount = unfinished == nil ? 0 : MessageSieve.most
        return out
    }

    private mutating func greet(_ byte: UInt8, _ isWelcome: Bool) throws(Nonsense) {
        guard byte == UInt8(ascii: "\n") else {
            gathered.append(byte)
            guard gathered.count <= Self.mostHeader else { throw Nonsense() }
            return
        }
        part = .greeting(isWelcome: isWelcome || gathered.starts(with: "OK ".utf8))
        gathered = []
    }

    private mutating func expect(_ part: Part, _ count: Int) {
        self.part = part
        wanted = count
    }

    private mutating func read(
        into out: inout [UInt8], _ judge: (_ kind: Kind, _ sender: String) -> Judgement
    ) throws(Nonsense) {
        switch part {
        case .greeting: return
        case .header:
            guard let header = MessageHeader(fixed: gathered) else { throw Nonsense() }
            guard header.length <= Self.mostHeader else {
                dropping = header.length - gathered.count + header.bodyLength
                gathered = []
                hasDropped = true
                return
            }
            expect(.fields(header), header.length)
            if gathered.count == wanted { try read(into: &out, judge) }
        case .fields(let header):
            begin(header, into: &out, judge)
            expect(.header, MessageHeader.fixedLength)
            gathered = []
        }
    }

    /// The header is complete. Decides what happens to the message.
    private mutating func begin(
        _ header: MessageHeader, into out: inout [UInt8], _ judge: (_ kind: Kind, _ sender: String) -> Judgement
    ) {
        let route = header.route(in: gathered)
        // A message with an unreadable header must not avoid the budget.
        let sender = route?.sender ?? ""
        let isBroadcast = header.isSignal && route?.hasDestination == false
        var judgement = Judgement.pass
        if !header.isAnswer, sender != "org.freedesktop.DBus" {
            judgement = judge(isBroadcast ? .broadcast : .addressed, sender)
        }
        let body = min(header.bodyLength, Self.most - header.length)
        if judgement == .postpone, waitingCount + header.length + body > Self.mostWaiting { judgement = .drop }
        guard judgement != .drop else {
            dropping = header.bodyLength
            hasDropped = true
            return
        }
        header.setBodyLength(body, in: &gathered)
        passing = body
        dropping = header.bodyLength - body
        isPostponing = judgement == .postpone
        if isPostponing {
            waiting.append(gathered)
            waitingCount += header.length + body
        } else {
            out += gathered
        }
    }
}
