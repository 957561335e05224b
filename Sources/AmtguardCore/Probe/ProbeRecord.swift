/// The last reported probe, and when it was reported. It is kept for one boot.
public struct ProbeRecord: Hashable, Sendable {
    /// What the probe observed.
    public var result: ProbeResult
    /// When it was reported, by the clocks of the process that records it.
    public var at: Moment

    /// A result, and when the daemon received it.
    public init(_ result: ProbeResult, at: Moment) {
        self.result = result
        self.at = at
    }

    /// One line with the time and the place, then the lines of the result.
    public func encoded(in scope: Memory.Scope) -> String {
        "amtguard-probe=1 boot=\(scope.boot) namespace=\(scope.namespace) at=\(max(at.wallClock, 0)) "
            + "usec=\(max(at.instant.sinceBoot.microseconds, 0))\n\(result.encoded)"
    }

    /// The longest text of a record.
    public static let sizeLimit = ProbeResult.sizeLimit + 512

    /// Reads a record back.
    ///
    /// - Returns: `nil` if it is damaged, or of another boot or network namespace.
    public init?(parsing bytes: some Collection<UInt8>, scope: Memory.Scope) {
        let newline = UInt8(ascii: "\n")
        guard bytes.count <= Self.sizeLimit, let end = bytes.firstIndex(of: newline),
            let head = String(validating: bytes[..<end], as: UTF8.self)
        else { return nil }
        let words = head.split(separator: " ", omittingEmptySubsequences: false)
        func number(_ index: Int, _ key: String) -> Int64? {
            guard words[index].hasPrefix(key) else { return nil }
            return Int64(words[index].dropFirst(key.count)).flatMap { $0 >= 0 ? $0 : nil }
        }
        guard words.count == 5, words[0] == "amtguard-probe=1", words[1] == "boot=\(scope.boot)",
            words[2] == "namespace=\(scope.namespace)", let seconds = number(3, "at="),
            let microseconds = number(4, "usec="), seconds < 1 << 40, microseconds < 1 << 60,
            let result = try? ProbeResult(parsing: bytes[end...])
        else { return nil }
        let instant = Instant(sinceBoot: .microseconds(microseconds))
        self.init(result, at: Moment(instant, wallClock: seconds))
    }
}
