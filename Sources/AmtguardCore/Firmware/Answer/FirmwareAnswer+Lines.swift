// The answer on the socket: lines of KEY=value like a uevent file, ended by END=1.
//
//     OUTCOME=answered
//     DEVICE=mei0
//     WIRED_IPV4=192.168.1.20
//     CONTROL_MODE_UNKNOWN=refused 0x812
//     END=1
//
// The lines come from another process, which reads bytes of the firmware. The parser trusts neither.

extension FirmwareAnswer {
    /// The longest answer, in bytes.
    public static let sizeLimit = 65_536
    /// The longest text in it, in bytes.
    static let textLimit = 300

    /// The bytes for the socket.
    public var encoded: [UInt8] {
        var text = ""
        func line(_ key: String, _ value: String) {
            text += key + "=" + printable(value.utf8.prefix(Self.textLimit), atMost: Self.textLimit) + "\n"
        }
        line("OUTCOME", outcome.word)
        if let reason = outcome.reason { line("OUTCOME_REASON", reason) }
        for field in fields {
            for part in field.lines ?? [] { line(part.key, part.text) }
            if let gap = field.gap { line(field.row.key + "_UNKNOWN", gap.encoded) }
        }
        line("END", "1")
        return Array(text.utf8)
    }

    /// Bytes that are not an answer, and why: one line.
    public struct Malformed: Error, Hashable, CustomStringConvertible {
        public let description: String

        init(_ description: String) {
            self.description = description
        }
    }

    /// Parses the bytes from the socket, up to its end.
    ///
    /// Unknown keys are ignored, so that a newer helper may send more. A field without a line is unknown. A field with
    /// only some of its lines, or with two contradictory lines, makes the whole answer unusable.
    public init(parsing bytes: [UInt8]) throws(Malformed) {
        var lines = try AnswerLines(bytes)
        guard let word = lines.take("OUTCOME") else { throw Malformed("no line OUTCOME") }
        guard let outcome = Outcome(word: word, reason: lines.take("OUTCOME_REASON") ?? "no reason given") else {
            throw Malformed("OUTCOME=\(printable(word.utf8)) is no outcome")
        }
        self.init(outcome, because: .unsaid)
        for row in Self.rows { try row.fill(&self, &lines) }
    }
}

/// The lines of an answer by their keys. Each can be taken once.
struct AnswerLines {
    private var values: [String: String] = [:]

    /// Checks everything that does not depend on the keys.
    init(_ bytes: [UInt8]) throws(FirmwareAnswer.Malformed) {
        guard bytes.count <= FirmwareAnswer.sizeLimit else {
            throw .init("longer than \(FirmwareAnswer.sizeLimit) bytes")
        }
        guard bytes.last == UInt8(ascii: "\n") else { throw .init("it does not end with a line") }
        let lines = bytes.dropLast().split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard let end = lines.last, end.elementsEqual("END=1".utf8) else { throw .init("the last line is not END=1") }
        for line in lines.dropLast() {
            guard let equals = line.firstIndex(of: UInt8(ascii: "=")), Self.isKey(line[..<equals]) else {
                throw .init("no KEY=value: \(printable(line))")
            }
            let (key, value) = (line[..<equals], line[(equals + 1)...])
            guard value.count <= FirmwareAnswer.textLimit, value.allSatisfy({ (0x20...0x7E).contains($0) }) else {
                throw .init("\(printable(key)) has a value that is no short printable text")
            }
            let name = String(decoding: key, as: UTF8.self)
            guard name != "END", values.updateValue(String(decoding: value, as: UTF8.self), forKey: name) == nil else {
                throw .init("\(name) appears twice")
            }
        }
    }

    private static func isKey(_ key: ArraySlice<UInt8>) -> Bool {
        (1...40).contains(key.count)
            && key.allSatisfy { byte in
                (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "_")
            }
    }

    mutating func take(_ key: String) -> String? {
        values.removeValue(forKey: key)
    }

    /// Reads one field from its lines. Without lines the field stays unchanged.
    mutating func fill<Value: AnswerValue>(
        _ field: inout Finding<Value>, _ key: String
    ) throws(FirmwareAnswer.Malformed) {
        let gap = take(key + "_UNKNOWN").map(Gap.init(parsing:))
        let parts = Value.keys(key)
        let texts = parts.compactMap { take($0) }
        switch (texts.count, gap) {
        case (0, let gap?): field = .unknown(gap)
        case (0, nil): break
        case (parts.count, nil):
            guard let value = Value(texts: texts) else {
                throw .init("\(parts.joined(separator: ", ")): \(printable(texts.joined(separator: ", ").utf8))")
            }
            field = .known(value)
        case (_, .some): throw .init("\(key) is both known and unknown")
        default: throw .init("\(key) is incomplete")
        }
    }
}
