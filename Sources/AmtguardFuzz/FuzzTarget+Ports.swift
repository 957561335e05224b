import AmtguardCore

extension FuzzTarget {
    /// Two lists in the kernel's notation, a semicolon between them.
    @Sendable static func portsOfTheKernel(_ bytes: [UInt8]) throws(Violation) {
        var sets: [PortSet] = []
        for list in bytes.split(separator: UInt8(ascii: ";"), maxSplits: 1, omittingEmptySubsequences: false) {
            do throws(PortSet.SyntaxError) {
                sets.append(try PortSet(kernel: list))
            } catch {
                return try requireOneLine(error.text, atMost: 50)
            }
        }
        for ports in sets { try requireSound(ports) }
        guard sets.count == 2 else { return }
        let (a, b) = (sets[0], sets[1])
        let (both, rest) = (a.intersection(b), a.subtracting(b))
        try require(both.union(rest) == a, "\(a) is what it shares with \(b) and the rest")
        try require(both.intersection(rest).isEmpty, "the two have nothing in common: \(a) and \(b)")
        try require(a.isSuperset(of: both) && b.isSuperset(of: both), "what they share is in both: \(a) and \(b)")
        try require(a.union(b) == b.union(a) && a.union(b).count == rest.count + b.count, "a union: \(a) and \(b)")
    }

    private static func requireSound(_ ports: PortSet) throws(Violation) {
        try require(
            (try? PortSet(kernel: ports.description.utf8)) == ports, "written and read it is the same: \(ports)")
        for (one, next) in zip(ports.ranges, ports.ranges.dropFirst()) {
            try require(Int(one.upperBound) + 1 < Int(next.lowerBound), "sorted, disjoint and maximal: \(ports)")
        }
        let pieces = ports.pieces(ofAtMost: 30)
        try require(pieces.allSatisfy { $0.utf8.count <= 30 }, "pieces of at most 30 bytes: \(ports)")
        var whole = PortSet()
        for piece in pieces {
            guard let part = try? PortSet(kernel: piece.utf8) else { throw Violation("each piece is a list: \(piece)") }
            whole = whole.union(part)
        }
        try require(whole == ports, "the pieces are the whole: \(ports)")
        try requireOneLine(ports.abbreviated(to: 100), atMost: 130)
    }

    /// Ports as an administrator writes them.
    @Sendable static func portsOfTheConfiguration(_ bytes: [UInt8]) throws(Violation) {
        let ports: PortSet
        do throws(PortSet.WordError) {
            ports = try PortSet(configuration: String(decoding: bytes, as: UTF8.self))
        } catch {
            return try requireOneLine(error.message, atMost: 120)
        }
        try require(!ports.contains(0), "no port 0: \(ports)")
        try require(
            (try? PortSet(configuration: ports.description)) == ports, "written and read it is the same: \(ports)")
    }

    /// A file of the configuration.
    @Sendable static func configuration(_ bytes: [UInt8]) throws(Violation) {
        let (configuration, problems) = Configuration.parse([
            ConfigurationFile(path: "/etc/amtguard.conf", content: .bytes(bytes))
        ])
        let isRefused = problems.contains { $0.severity == .refused }
        try require((configuration == nil) == isRefused, "nothing is half applied, and nothing refused without a word")
        try require(problems.count <= 21, "each problem is a line in the journal: \(problems.count)")
        for problem in problems { try requireOneLine(problem.description, atMost: 400) }
        guard let configuration else { return }
        try require(configuration.guarded.count <= ConfigurationKey.mostPorts, "a bounded number of ports")
        try require(!configuration.guarded.contains(0), "no port 0")
        try require((.milliseconds(100)...(.seconds(3_600))).contains(configuration.audit), "AuditSec= in its range")
        try require((.seconds(60)...(.seconds(86_400))).contains(configuration.refresh), "RefreshSec= in its range")
        try require((1...1_000_000).contains(configuration.pace.burst), "RepairBurst= in its range")
        try require((1...100_000).contains(configuration.pace.perSecond), "RepairsPerSec= in its range")
    }

    /// The result of a probe, and its record.
    @Sendable static func probe(_ bytes: [UInt8]) throws(Violation) {
        let scope = Memory.Scope(boot: "b00f", namespace: "4:4026531840")
        if let record = ProbeRecord(parsing: bytes, scope: scope) {
            let again = ProbeRecord(parsing: record.encoded(in: scope).utf8, scope: scope)
            try require(again == record, "written and read it is the same: \(record)")
        }
        let result: ProbeResult
        do throws(ProbeResult.Malformed) {
            result = try ProbeResult(parsing: bytes)
        } catch {
            return try requireOneLine(error.description, atMost: 200)
        }
        let encoded = Array(result.encoded.utf8)
        try require((try? ProbeResult(parsing: encoded)) == result, "written and read it is the same: \(result)")
        let told = Status.Probe(ProbeRecord(result, at: Moment(Instant(sinceBoot: .zero), wallClock: 0)))
        for line in told.text { try requireOneLine("\(line.label) \(line.value)", atMost: 400) }
        try require(told.ports.count + told.controls.count <= 3 * ProbePlan.mostPorts, "a bounded number: \(result)")
    }

    /// The record of the owned ports.
    @Sendable static func memory(_ bytes: [UInt8]) throws(Violation) {
        let scope = Memory.Scope(boot: "b00f", namespace: "4:4026531840")
        guard let memory = Memory(parsing: bytes, scope: scope) else { return }
        let again = Memory(parsing: memory.encoded.utf8, scope: scope)
        try require(again == memory, "written and read it is the same: \(memory)")
        let other = Memory.Scope(boot: "b00f", namespace: "4:1")
        try require(Memory(parsing: bytes, scope: other) == nil, "it holds in one network namespace only: \(memory)")
    }
}
