// What an answer lacks for now: the reasons that the next question may well make void. Both sides of the socket know
// them by their words.

extension FirmwareAnswer {
    /// A question without a reply.
    public static let noAnswerInTime = "no answer in time"
    /// MKHI has one connection as well.
    public static let mkhiIsHeld = "another program holds MKHI"

    private static let passing: Set<String> = [
        noAnswerInTime, mkhiIsHeld, WireError.refused(.notReady).description, WireError.result(.notReady).description,
    ]

    /// Whether something in it is not known that may be known soon.
    var hasGaps: Bool {
        fields.contains { field in field.reason.map(Self.passing.contains) ?? false }
    }
}
