extension Status.Line {
    /// The lines of the configuration that were refused or ignored, each with its file and number, and what to do.
    ///
    /// - Parameters:
    ///   - refusal: The first refused line, as the daemon answered; `nil` if none was refused.
    ///   - reasons: All reasons of the daemon; `nil` if they are unknown.
    public static func problems(refusal: String?, _ reasons: [Reason]?) -> [Status.Line] {
        let refused = (reasons ?? []).filter { $0.id == Reason.configurationRefusal }
        let ignored = (reasons ?? []).filter { $0.id == Reason.configurationWarning }
        var lines = lines("Refused", refused, .bad) + lines("Ignored", ignored, .doubtful)
        if let refusal, refused.isEmpty { lines.insert(Status.Line("Refused", refusal, .bad), at: 0) }
        return lines
    }

    /// Each reason, and the advice about them once.
    private static func lines(_ label: String, _ reasons: [Reason], _ tone: Status.Tone) -> [Status.Line] {
        reasons.map { Status.Line(label, $0.says, tone) } + (reasons.last.map(advice(of:)) ?? [])
    }
}
