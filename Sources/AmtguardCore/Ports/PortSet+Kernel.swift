// The notation of `net.ipv4.ip_local_reserved_ports`: `623,664,16992-16995`, and an empty line for no port.

extension PortSet: CustomStringConvertible {
    /// The kernel's notation, without a newline.
    public var description: String {
        var text = ""
        for range in ranges {
            if !text.isEmpty { text += "," }
            text += Self.text(of: range)
        }
        return text
    }

    /// The kernel takes 4,095 bytes of a write and drops the rest, even in the middle of a number.
    public static let writeLength = 4_000

    /// Whether one write can replace the whole list by this one.
    public var fitsOneWrite: Bool {
        // A port and its comma take at least two bytes.
        ranges.count <= Self.writeLength / 2 && description.utf8.count <= Self.writeLength
    }

    /// The kernel's notation in pieces of at most `length` bytes, each a list of its own.
    public func pieces(ofAtMost length: Int) -> [String] {
        var pieces: [String] = []
        for range in ranges {
            let text = Self.text(of: range)
            if let last = pieces.last, last.utf8.count + 1 + text.utf8.count <= length {
                pieces[pieces.count - 1] += "," + text
            } else {
                pieces.append(text)
            }
        }
        return pieces
    }

    /// The kernel's notation, cut between two ports if it is longer than `length` bytes: for people.
    public func abbreviated(to length: Int) -> String {
        var text = ""
        for range in ranges {
            let next = (text.isEmpty ? "" : ",") + Self.text(of: range)
            guard text.isEmpty || text.utf8.count + next.utf8.count <= length else {
                return "\(text),… (\(count) ports)"
            }
            text += next
        }
        return text
    }

    private static func text(of range: ClosedRange<UInt16>) -> String {
        range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound)-\(range.upperBound)"
    }
}

extension PortSet {
    /// A text that is not a list of ports in the kernel's notation.
    public struct SyntaxError: Error, Hashable {
        /// The part that is wrong, at most 40 characters of it, safe to print.
        public let text: String
    }

    /// Parses what the kernel prints: decimal numbers up to 65535, ranges, commas, one newline at the end.
    ///
    /// - Throws: `SyntaxError` with the wrong part. The bytes come from the kernel, but can still be hostile: a
    ///   container may have mounted any file over the list.
    public init(kernel bytes: some Collection<UInt8>) throws(SyntaxError) {
        var text = Array(bytes)
        if text.last == UInt8(ascii: "\n") { text.removeLast() }
        guard !text.isEmpty else {
            self.init(merging: [])
            return
        }
        var ranges: [ClosedRange<UInt16>] = []
        for item in text.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            guard let range = Self.range(item) else { throw SyntaxError(text: printable(item)) }
            ranges.append(range)
        }
        self.init(merging: ranges)
    }

    private static func range(_ item: ArraySlice<UInt8>) -> ClosedRange<UInt16>? {
        guard let dash = item.firstIndex(of: UInt8(ascii: "-")) else {
            return number(item).map { $0...$0 }
        }
        guard let low = number(item[..<dash]), let high = number(item[(dash + 1)...]), low <= high else { return nil }
        return low...high
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> UInt16? {
        decimal(digits, atMost: 5).flatMap { UInt16(exactly: $0) }
    }
}
