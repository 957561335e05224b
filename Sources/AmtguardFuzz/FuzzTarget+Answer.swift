import AmtguardCore
import AmtguardMEI

extension FuzzTarget {
    /// The lines that the guard takes from the socket.
    @Sendable static func answerLines(_ bytes: [UInt8]) throws(Violation) {
        let answer: FirmwareAnswer
        do throws(FirmwareAnswer.Malformed) {
            answer = try FirmwareAnswer(parsing: bytes)
        } catch {
            return try requireOneLine(error.description, atMost: 200)
        }
        try requireTellable(answer)
        for line in answer.text { try requireOneLine("\(line.label) \(line.value)", atMost: 2_000) }
        try requireOneLine("\(answer.json)", atMost: 4 * FirmwareAnswer.sizeLimit)
    }

    /// The guard can parse the encoded answer, whatever the firmware sent.
    static func requireTellable(_ answer: FirmwareAnswer) throws(Violation) {
        let lines = answer.encoded
        let again: FirmwareAnswer
        do throws(FirmwareAnswer.Malformed) {
            again = try FirmwareAnswer(parsing: lines)
        } catch {
            throw Violation("an answer can be told: \(error)")
        }
        try require(again == answer, "told and heard it is the same: \(String(decoding: lines, as: UTF8.self))")
    }

    /// A recording from another user's machine.
    @Sendable static func recording(_ bytes: [UInt8]) throws(Violation) {
        let recording: Recording
        do throws(Recording.SyntaxError) {
            recording = try Recording(parsing: bytes)
        } catch {
            try require(error.line >= 1 && error.line <= bytes.count + 1, "the line is one of the file: \(error)")
            return try requireOneLine(error.description, atMost: 200)
        }
        let text = Array(recording.description.utf8)
        try require((try? Recording(parsing: text)) == recording, "written and read again it is the same: \(recording)")
        let masked = recording.masked
        try require(masked.description.utf8.count == text.count, "a mask is as long as what it hides: \(recording)")
        try requireTellable(recording.answer(uuid: true))
    }
}
