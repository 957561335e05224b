/// A metric with its samples, in the text format 0.0.4 of Prometheus.
///
///     # HELP amtguard_ports Number of ports.
///     # TYPE amtguard_ports gauge
///     amtguard_ports{set="required"} 6
///
/// Not OpenMetrics: node_exporter rejects a whole file that has an OpenMetrics type, such as `info` or `stateset`, and
/// skips a file with timestamps of samples. So a state is a gauge with one series of 0 or 1 per word.
/// Source: https://prometheus.io/docs/instrumenting/exposition_formats/
struct MetricFamily: Hashable {
    /// A counter only grows while amtguardd runs, and its name ends in `_total`.
    enum Kind: String, Hashable { case counter, gauge }

    /// A label and its value. The value may be any text.
    struct Label: Hashable {
        var name: String
        var value: String
    }

    struct Sample: Hashable {
        var labels: [Label]
        var value: Double
    }

    var name: String
    var help: String
    var kind: Kind
    /// Empty if the value is unknown: then the family is left out.
    var samples: [Sample]

    /// A gauge with one value; `nil` if the value is unknown.
    init(gauge name: String, _ value: Double?, _ help: String) {
        self.init(gauge: name, [value.map { Sample(labels: [], value: $0) }].compactMap { $0 }, help)
    }

    /// A counter with one value; `nil` if the value is unknown.
    init(counter name: String, _ value: Double?, _ help: String) {
        self.init(gauge: name, value, help)
        kind = .counter
    }

    init(gauge name: String, _ samples: [Sample], _ help: String) {
        (self.name, self.help, self.samples) = (name, help, samples)
        kind = .gauge
    }

    /// The samples of a state: 1 for the present word, and 0 for all others.
    ///
    /// - Parameter present: `nil` if it is unknown. Then there is no sample, as for a word of a newer version.
    static func states(_ label: String, _ words: [String], present: String?, beside labels: [Label] = []) -> [Sample] {
        guard let present, words.contains(present) else { return [] }
        return words.map {
            Sample(labels: labels + [Label(name: label, value: $0)], value: $0 == present ? 1 : 0)
        }
    }
}

extension MetricFamily: CustomStringConvertible {
    /// The lines, each with its line end: without the last one the file would be refused.
    var description: String {
        guard !samples.isEmpty else { return "" }
        return "# HELP \(name) \(Self.escaped(help))\n# TYPE \(name) \(kind.rawValue)\n"
            + samples.map { "\(name)\(Self.text(of: $0.labels)) \(Self.text(of: $0.value))\n" }.joined()
    }

    private static func text(of labels: [Label]) -> String {
        guard !labels.isEmpty else { return "" }
        return "{" + labels.map { "\($0.name)=\"\(escaped($0.value, quote: true))\"" }.joined(separator: ",") + "}"
    }

    /// A whole number without a fraction or an exponent, up to 2^53, where `Double` is exact.
    private static func text(of value: Double) -> String {
        Int64(exactly: value).flatMap { abs(value) < 0x1p53 ? "\($0)" : nil } ?? "\(value)"
    }

    /// Escapes backslash, line feed and, in a label, the quote. Other control characters were replaced before.
    private static func escaped(_ text: String, quote: Bool = false) -> String {
        text.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
            .replacing("\"", with: quote ? "\\\"" : "\"")
    }
}
