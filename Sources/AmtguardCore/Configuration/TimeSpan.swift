// Time spans as systemd.time(7) writes them: `30`, `500ms`, `2min 30s`, `1.5h`.

extension Duration {
    /// Parses a time span; a number without a unit means seconds. `nil` for anything else, or beyond a year.
    init?(timeSpan text: String) {
        var rest = Substring(text).drop { $0 == " " }
        guard !rest.isEmpty else { return nil }
        var total = 0.0
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            rest = rest.dropFirst(digits.count).drop { $0 == " " }
            let unit = rest.prefix { $0.isASCII && $0.isLetter }
            rest = rest.dropFirst(unit.count).drop { $0 == " " }
            guard digits.first?.isNumber == true, let number = Double(String(digits)),
                let scale = Self.seconds(in: unit)
            else { return nil }
            total += number * scale
        }
        guard total <= 31_557_600 else { return nil }
        self = .microseconds(Int64(total * 1_000_000 + 0.5))
    }

    private static func seconds(in unit: Substring) -> Double? {
        switch unit {
        case "us", "usec": 0.000_001
        case "ms", "msec": 0.001
        case "", "s", "sec", "second", "seconds": 1
        case "m", "min", "minute", "minutes": 60
        case "h", "hr", "hour", "hours": 3_600
        case "d", "day", "days": 86_400
        default: nil
        }
    }
}

extension Duration {
    /// In the same notation, with the largest units first: `1h`, `2min 30s`, `100ms`; `0s` for nothing.
    var timeSpan: String {
        var rest = microseconds
        var parts: [String] = []
        let units: [(Int64, String)] = [
            (86_400_000_000, "d"), (3_600_000_000, "h"), (60_000_000, "min"), (1_000_000, "s"), (1_000, "ms"),
            (1, "us"),
        ]
        for (size, unit) in units where rest >= size {
            parts.append("\(rest / size)\(unit)")
            rest %= size
        }
        return parts.isEmpty ? "0s" : parts.joined(separator: " ")
    }
}
