// A result as lines of `KEY=value`. It goes to the daemon, by `RecordProbe`, and into `/run/amtguard`. So the guard
// needs no JSON parser, as with the firmware's answer. The lines contain only observations, nothing that can be
// derived.

extension ProbeResult {
    /// The longest accepted text: 32 ports and their controls, with all details.
    public static let sizeLimit = 16_384
    private static let longestDetail = 100
    private static let longestWait = Duration.seconds(60)

    /// A text that is not a result: one line that says where.
    public struct Malformed: Error, Hashable, CustomStringConvertible {
        public let description: String
    }

    /// The lines, each of printable characters.
    public var encoded: String {
        var lines = ["probe=1", "from=\(from)", "to=\(to)", "port=\(port)"]
        if let isShared { lines.append("shared=\(isShared ? "yes" : "no")") }
        if let isTranslationReported { lines.append("translation=\(isTranslationReported ? "yes" : "no")") }
        lines.append("waited-ms=\(waited.microseconds / 1_000)")
        for port in plan.all {
            let outcome = outcome(of: port)
            let detail =
                outcome.detail.map { " " + printable($0.utf8.prefix(Self.longestDetail), atMost: Self.longestDetail) }
                ?? ""
            lines.append("\(plan.ports.contains(port) ? "port" : "control").\(port)=\(outcome.word)\(detail)")
            if let departure = departures[port] { lines.append("left.\(port)=\(departure.word)") }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Reads the lines of another process.
    public init(parsing bytes: some Collection<UInt8>) throws(Malformed) {
        guard bytes.count <= Self.sizeLimit else {
            throw Malformed(description: "there are \(bytes.count) bytes; allowed are \(Self.sizeLimit)")
        }
        var heads: [String: String] = [:]
        var ports: [UInt16: ProbeOutcome] = [:]
        var controls: [UInt16: ProbeOutcome] = [:]
        var departures: [UInt16: ProbeDeparture] = [:]
        for (index, line) in bytes.split(separator: UInt8(ascii: "\n")).enumerated() {
            func malformed(_ what: String) -> Malformed { Malformed(description: "line \(index + 1): \(what)") }
            guard let text = String(validating: line, as: UTF8.self), let equals = text.firstIndex(of: "="),
                text.unicodeScalars.allSatisfy({ !$0.isDeceptive })
            else { throw malformed("\(quoted(String(decoding: line, as: UTF8.self))) is not KEY=value") }
            let key = text[..<equals]
            let value = text[text.index(after: equals)...]
            let part = key.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
            if part.count == 2, ["port", "control", "left"].contains(part[0]) {
                guard let port = decimal(part[1].utf8).flatMap({ UInt16(exactly: $0) }), port > 0 else {
                    throw malformed("\(quoted(part[1])) is not a port from 1 to 65535")
                }
                if part[0] == "left" {
                    guard let departure = ProbeDeparture(word: value) else {
                        throw malformed("\(quoted(value)) is no address and port")
                    }
                    // The line with its outcome comes before it.
                    guard (ports[port] ?? controls[port])?.isComparable == true else {
                        throw malformed("port \(port) has a departure, but no outcome that allows one")
                    }
                    guard departures.updateValue(departure, forKey: port) == nil else {
                        throw malformed("the departure of port \(port) appears twice")
                    }
                    continue
                }
                guard let outcome = Self.outcome(value) else { throw malformed("\(quoted(value)) is no outcome") }
                guard ports[port] == nil, controls[port] == nil else { throw malformed("port \(port) appears twice") }
                if part[0] == "port" { ports[port] = outcome } else { controls[port] = outcome }
            } else {
                guard Self.heads.contains(String(key)) else { throw malformed("\(quoted(key)) is no key") }
                guard heads.updateValue(String(value), forKey: String(key)) == nil else {
                    throw malformed("\(quoted(key)) appears twice")
                }
            }
        }
        try self.init(heads, ports, controls, departures)
    }

    private static let heads: Set<String> = ["probe", "from", "to", "port", "shared", "translation", "waited-ms"]

    private static func outcome(_ value: Substring) -> ProbeOutcome? {
        let parts = value.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        guard let word = parts.first else { return nil }
        let detail = parts.count == 2 ? String(parts[1]) : nil
        guard (detail ?? "").utf8.count <= longestDetail else { return nil }
        return ProbeOutcome(word: word, detail: detail.map { printable($0.utf8, atMost: longestDetail) })
    }

    private init(
        _ heads: [String: String], _ ports: [UInt16: ProbeOutcome], _ controls: [UInt16: ProbeOutcome],
        _ departures: [UInt16: ProbeDeparture]
    ) throws(Malformed) {
        func value<Value>(_ key: String, _ what: String, _ parse: (String) -> Value?) throws(Malformed) -> Value {
            guard let text = heads[key] else { throw Malformed(description: "\(key)= is missing") }
            guard let value = parse(text) else { throw Malformed(description: "\(key)=\(quoted(text)) is not \(what)") }
            return value
        }
        _ = try value("probe", "1, the one form that is known") { $0 == "1" ? true : nil }
        from = try value("from", "an address") { IPAddress($0) }
        to = try value("to", "an address") { IPAddress($0) }
        port = try value("port", "a port from 1 to 65535") { text in
            decimal(text.utf8).flatMap { UInt16(exactly: $0) }.flatMap { $0 > 0 ? $0 : nil }
        }
        func choice(_ key: String) throws(Malformed) -> Bool? {
            guard heads[key] != nil else { return nil }
            return try value(key, "yes or no") { $0 == "yes" ? true : $0 == "no" ? false : nil }
        }
        isShared = try choice("shared")
        isTranslationReported = try choice("translation")
        waited = try value("waited-ms", "from 0 to 60000") { text in
            decimal(text.utf8).map { Duration.milliseconds(Int64($0)) }.flatMap { $0 <= Self.longestWait ? $0 : nil }
        }
        guard (1...ProbePlan.mostPorts).contains(ports.count), controls.count <= 2 * ProbePlan.mostPorts else {
            throw Malformed(
                description: "there are \(ports.count) ports and \(controls.count) controls; allowed are 1 to "
                    + "\(ProbePlan.mostPorts) and \(2 * ProbePlan.mostPorts)")
        }
        plan = ProbePlan(
            ports: PortSet(merging: ports.keys.map { $0...$0 }),
            controls: PortSet(merging: controls.keys.map { $0...$0 }))
        outcomes = ports.merging(controls) { port, _ in port }
        self.departures = departures
    }
}
