// The answer for people and for programs. Both contain the same words.

extension FirmwareAnswer {
    /// Every key is always present. An unknown value is null, with its reason.
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
                        key: field.row.name,
                        value: [
                            "value": field.json, "source": .string(field.row.source.rawValue),
                            "unknown": JSON(field.reason),
                        ])
                })
    }

    /// One fact per line, each with its source; then the unknown values, grouped by their reason.
    public var text: [Status.Line] {
        var lines = [Status.Line("Answer", outcome.says, outcome == .answered ? .good : .doubtful)]
        var missing: [(reason: String, labels: [String])] = []
        for field in fields {
            guard let reason = field.reason else {
                lines.append(Status.Line(field.row.label, "\(field.words) (\(field.row.source.rawValue))"))
                continue
            }
            if let index = missing.firstIndex(where: { $0.reason == reason }) {
                missing[index].labels.append(field.row.label)
            } else {
                missing.append((reason, [field.row.label]))
            }
        }
        for (reason, labels) in missing where reason != outcome.says {
            lines.append(Status.Line("Unknown", "\(labels.joined(separator: ", ")): \(reason)", .faint))
        }
        return lines
    }
}
