import Testing

@testable import AmtguardSystemd

@Suite struct `A sieve of messages` {
    private static let greeting = Array("DATA\r\nOK 0123456789abcdef\r\n".utf8)

    /// The bytes that pass if they arrive in pieces of this size.
    private static func sift(
        _ bytes: [UInt8], piece: Int = .max,
        judge: (MessageSieve.Kind, String) -> MessageSieve.Judgement = { _, _ in .pass }
    ) throws -> (out: [UInt8], sieve: MessageSieve) {
        var sieve = MessageSieve()
        var out = try sieve.take(greeting[...], judge: judge)
        try #require(out == greeting)
        out = []
        var rest = bytes[...]
        while !rest.isEmpty {
            out += try sieve.take(rest.prefix(piece), judge: judge)
            rest = rest.dropFirst(piece)
        }
        return (out, sieve)
    }

    @Test(arguments: [1, 3, 16, 1_000, .max]) func `lets ordinary messages through as they are`(piece: Int) throws {
        let messages = [
            WireMessage(), WireMessage(text: "x"), WireMessage(type: 4, isLittleEndian: false, text: "ü"),
            WireMessage(type: 2, sender: nil), WireMessage(text: String(repeating: "x", count: 20_000)),
        ]
        let bytes = messages.flatMap(\.bytes)
        #expect(try Self.sift(bytes, piece: piece).out == bytes)
    }

    @Test func `takes what is said after the welcome, and then messages`() throws {
        var sieve = MessageSieve()
        let bytes = Array("REJECTED EXTERNAL\r\nOK 01\r\nAGREE_UNIX_FD\r\n".utf8) + WireMessage().bytes
        let out = try sieve.take(bytes[...]) { _, _ in .pass }
        #expect(out == bytes)
        let nonsense = [UInt8](repeating: 0, count: 16)
        #expect(throws: MessageSieve.Nonsense.self) { _ = try sieve.take(nonsense[...]) { _, _ in .pass } }
    }

    @Test(arguments: [false, true], [1_000, .max])
    func `cuts the body of a long one, and what follows is as it was`(isLittleEndian: Bool, piece: Int) throws {
        let long = WireMessage(isLittleEndian: isLittleEndian, text: String(repeating: "x", count: 3_000_000)).bytes
        let next = WireMessage(text: "next").bytes
        let out = try Self.sift(long + next, piece: piece).out
        #expect(out.count == MessageSieve.most + next.count)
        #expect(out.suffix(next.count).elementsEqual(next))
        let header = try #require(MessageHeader(fixed: Array(out.prefix(16))))
        #expect(header.length + header.bodyLength == MessageSieve.most)
        #expect(out[8..<header.length].elementsEqual(long[8..<header.length]))
    }

    @Test func `drops one with a long header`() throws {
        let long = WireMessage(path: "/" + String(repeating: "x", count: 1_000_000), text: "body").bytes
        let next = WireMessage().bytes
        #expect(try Self.sift(long + next, piece: 4_096).out == next)
    }

    @Test func `asks about calls and signals of others, and not about answers and the bus`() throws {
        var asked: [String] = []
        let messages = [
            WireMessage(sender: ":1.1"), WireMessage(type: 4, sender: ":1.2"), WireMessage(type: 2, sender: ":1.3"),
            WireMessage(type: 3, sender: ":1.4"), WireMessage(type: 4, sender: "org.freedesktop.DBus"),
            WireMessage(type: 1, isLittleEndian: false, sender: ":1.5", text: "x"),
        ]
        var sieve = MessageSieve()
        _ = try sieve.take(Self.greeting[...]) { _, _ in .drop }
        let out = try sieve.take(messages.flatMap(\.bytes)[...]) {
            asked.append($1)
            return .drop
        }
        #expect(asked == [":1.1", ":1.2", ":1.5"])
        #expect(out == messages[2...4].flatMap(\.bytes))
        #expect(sieve.hasDropped)
    }

    /// A field that no specification defines: its code, its type, and its value with the padding before it.
    private static func field(_ type: String, _ value: [UInt8]) -> [UInt8] {
        [10, UInt8(type.utf8.count)] + Array(type.utf8) + [0] + value
    }

    private static let readable: [[UInt8]] = [
        field("b", [1, 0, 0, 0]),
        field("y", [1]),
        field("q", [1, 2]),
        field("t", [0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]),
        field("g", [1, 98, 0]),
        field("s", [1, 0, 0, 0, 120, 0]),
        field("ay", [0, 0, 0, 3, 0, 0, 0, 1, 2, 3]),
        field("ay", [0, 0, 0, 0, 0, 0, 0]),
        field("at", [0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]),
        field("aas", [0, 0, 4, 0, 0, 0, 0, 0, 0, 0]),
    ]

    /// Some are valid, with a type that the sieve does not read. The others are not.
    private static let unreadable: [[UInt8]] = [
        field("(y)", [0, 0, 1]),
        field("v", [1, 121, 0, 1]),
        field("ayy", [0, 0, 0, 0, 0, 0, 1]),
        field("", []),
        field("ay", [0, 0, 0, 255, 255, 255, 255]),
        [10, 255, 121, 0],
    ]

    @Test(arguments: readable) func `finds the sender behind a field of any simple type`(field: [UInt8]) throws {
        var asked: [String] = []
        let bytes = WireMessage(sender: ":1.7", extra: field).bytes
        let out = try Self.sift(bytes) {
            asked.append($1)
            return .pass
        }.out
        #expect(asked == [":1.7"])
        #expect(out == bytes)
    }

    @Test(arguments: unreadable)
    func `asks about those whose header it can't read, as about one sender`(field: [UInt8]) throws {
        var asked: [String] = []
        let messages = [
            WireMessage(extra: field), WireMessage(type: 4, destination: nil, extra: field), WireMessage(sender: nil),
            WireMessage(type: 2, extra: field),
        ]
        let out = try Self.sift(messages.flatMap(\.bytes)) { kind, sender in
            asked.append(sender)
            #expect(kind == .addressed)
            return .drop
        }.out
        #expect(asked == ["", "", ""])
        #expect(out == messages[3].bytes)
    }

    @Test func `tells a signal to all from what is addressed to us`() throws {
        var asked: [MessageSieve.Kind] = []
        let messages = [
            WireMessage(type: 4, destination: nil), WireMessage(type: 4, destination: ":1.1"),
            WireMessage(type: 1, destination: ":1.1"), WireMessage(type: 1, destination: nil),
        ]
        _ = try Self.sift(messages.flatMap(\.bytes)) { kind, _ in
            asked.append(kind)
            return .pass
        }
        #expect(asked == [.broadcast, .addressed, .addressed, .addressed])
    }

    @Test func `keeps what is postponed until it is asked for, as far as there is room`() throws {
        let text = String(repeating: "x", count: 30_000)
        let message = WireMessage(text: text).bytes
        var (out, sieve) = try Self.sift(
            (0..<20).flatMap { _ in message }, piece: 5_000, judge: { _, _ in .postpone })
        #expect(out == [])
        #expect(sieve.isWaiting)
        let kept = sieve.release()
        let rest = sieve.release()
        #expect(kept.count <= MessageSieve.mostWaiting && kept.count > MessageSieve.mostWaiting / 2)
        #expect(kept.prefix(message.count).elementsEqual(message))
        #expect(rest == [])
    }

    @Test func `is the same however the bytes are cut, and never more than they are`() throws {
        var random = SystemRandomNumberGenerator()
        let seed = UInt64.random(in: .min ... .max, using: &random)
        var numbers = Numbers(state: seed)
        for _ in 0..<200 {
            var bytes: [UInt8] = []
            for _ in 0..<numbers.below(6) {
                var message = WireMessage(
                    type: UInt8(numbers.below(6)), isLittleEndian: numbers.below(2) == 0,
                    sender: ":1.\(numbers.below(3))",
                    text: numbers.below(3) == 0 ? nil : String(repeating: "x", count: numbers.below(70_000))
                ).bytes
                // One in four is damaged in its header.
                if numbers.below(4) == 0 { message[numbers.below(40)] = UInt8(numbers.below(256)) }
                bytes += message
            }
            let judge: (MessageSieve.Kind, String) -> MessageSieve.Judgement = {
                $1 == ":1.1" ? .drop : $1 == ":1.2" ? .postpone : .pass
            }
            func sifted(_ piece: Int) -> [UInt8]? {
                guard var (out, sieve) = try? Self.sift(bytes, piece: piece, judge: judge) else { return nil }
                out += sieve.release()
                return out
            }
            let whole = sifted(.max)
            #expect(whole.map { $0.count <= bytes.count } ?? true, "seed \(seed)")
            for piece in [1 + numbers.below(50), 1 + numbers.below(5_000)] {
                #expect(sifted(piece) == whole, "seed \(seed), pieces of \(piece)")
            }
        }
    }

    /// SplitMix64.
    private struct Numbers {
        var state: UInt64

        mutating func below(_ bound: Int) -> Int {
            state &+= 0x9e37_79b9_7f4a_7c15
            var number = state
            number = (number ^ number >> 30) &* 0xbf58_476d_1ce4_e5b9
            number = (number ^ number >> 27) &* 0x94d0_49bb_1331_11eb
            return Int((number ^ number >> 31) % UInt64(bound))
        }
    }
}

@Suite struct `A budget of calls` {
    /// The judgements of this many calls of a sender.
    private static func judgements(_ budget: inout CallBudget, _ sender: String, _ count: Int) -> [Int] {
        var sums = [0, 0, 0]
        for _ in 0..<count {
            switch budget.judge(sender) {
            case .pass: sums[0] += 1
            case .postpone: sums[1] += 1
            case .drop: sums[2] += 1
            }
        }
        return sums
    }

    @Test func `is one sender's alone, and begins again each second`() {
        var budget = CallBudget()
        var begins: [Bool] = []
        var judgements: [[Int]] = []
        for time in [5_000, 5_999, 6_000] {
            begins.append(budget.begin(at: .milliseconds(time)))
            if begins.last == true { judgements.append(Self.judgements(&budget, ":1.1", 300)) }
        }
        #expect(begins == [true, false, true])
        #expect(judgements == [[256, 1, 43], [256, 1, 43]])
        #expect(budget.end == .seconds(7))
    }

    @Test func `is shared by those who called in the second before, and leaves a few to each`() {
        var budget = CallBudget()
        _ = budget.begin(at: .seconds(1))
        for sender in 0..<4 { _ = budget.judge(":1.\(sender)") }
        _ = budget.begin(at: .seconds(2))
        let shared = Self.judgements(&budget, ":1.0", 100)
        #expect(shared == [64, 1, 35])
        for sender in 0..<200 { _ = budget.judge(":1.\(sender)") }
        _ = budget.begin(at: .seconds(3))
        let least = Self.judgements(&budget, ":1.2000", 100)
        #expect(least == [4, 1, 95])
    }

    @Test func `leaves room for a caller that asks seldom, however many are greedy`() {
        var budget = CallBudget()
        var passed: [Int] = []
        var polite: [[Int]] = []
        for second in 1...4 {
            _ = budget.begin(at: .seconds(second))
            let sums = (0..<1_000).map { Self.judgements(&budget, ":1.\($0)", 10) }
            passed.append(sums.map { $0[0] + $0[1] }.reduce(0, +))
            polite.append(Self.judgements(&budget, ":1.5000", 2))
        }
        // In the first second no sender counts as greedy.
        #expect(passed[0] == CallBudget.most)
        for count in passed.dropFirst() { #expect(count == CallBudget.inAll + 1) }
        for judgements in polite.dropFirst() { #expect(judgements == [2, 0, 0]) }
    }

    @Test func `has a bound that no number of senders exceeds`() {
        var budget = CallBudget()
        var sums: [Int] = []
        for second in 1...3 {
            _ = budget.begin(at: .seconds(second))
            let passed = (0..<5_000).map { Self.judgements(&budget, ":1.\($0)", 4)[0] }
            sums.append(passed.reduce(0, +))
        }
        #expect(sums == Array(repeating: CallBudget.most, count: 3))
    }
}

@Suite struct `A waiting room` {
    @Test func `has room for a few calls of unknown users, of one user, and of all`() {
        var room = WaitingRoom()
        let unknown = (0..<100).filter { room.admit(":1.\($0)") }.count
        #expect(unknown == WaitingRoom.mostUnknown)
        let mine = (0..<5).filter { _ in room.admit(1_000) }.count
        #expect(mine == WaitingRoom.mostOfUser)
        let others = (2_000..<2_100).filter { room.admit(UInt32($0)) }.count
        #expect(mine + others == WaitingRoom.mostOfAll)
    }

    @Test func `has room for others, however much one sender calls`() {
        var room = WaitingRoom()
        let mine = (0..<1_000).filter { _ in room.admit(":1.1") }.count
        #expect(mine == WaitingRoom.mostOfSender)
        let others = room.admit(":1.2")
        #expect(others)
    }

    @Test func `has room again when one has left`() {
        var room = WaitingRoom()
        while room.admit(":1.1") {}
        room.leave(":1.1")
        let unknown = [room.admit(":1.1"), room.admit(":1.1")]
        #expect(unknown == [true, false])
        while room.admit(1_000) {}
        room.leave(1_000)
        let known = [room.admit(1_000), room.admit(1_000)]
        #expect(known == [true, false])
    }
}
