// The answer for people and for programs. Every word of the one is in the other.

extension FirmwareAnswer {
    /// Every key is always there; one that is not known holds null, and says why.
    public var json: JSON {
        .object(
            [
                JSON.Member(key: "schema", value: 1),
                JSON.Member(key: "version", value: .string(amtguardVersion)),
                JSON.Member(key: "outcome", value: .string(outcome.word)),
                JSON.Member(key: "says", value: .string(outcome.says)),
            ]
                + fields.map { field in
                    JSON.Member(
                        key: field.name,
                        value: [
                            "value": field.json, "source": .string(field.source.rawValue),
                            "unknown": JSON(field.reason),
                        ])
                })
    }

    /// One fact a line, each with its source; what is not known for the reason of the outcome itself is left out.
    public var text: [Status.Line] {
        [Status.Line("Answer", outcome.says, outcome == .answered ? .good : .doubtful)]
            + fields.filter { $0.reason == nil || $0.reason != outcome.says }.map { field in
                Status.Line(
                    field.label, "\(field.words) (\(field.source.rawValue))", field.reason == nil ? .plain : .faint)
            }
    }
}
