import AmtguardCore

/// How the kernel reads a value that a program writes to `net.ipv4.ip_local_reserved_ports`.
///
/// The grammar (`proc_do_large_bitmap` and `proc_get_long` in kernel/sysctl.c, tried on Linux 6.18): ports and ranges,
/// one comma between them, no blanks, numbers as in C, optionally a comma at the end. The kernel refuses any other
/// value as a whole, and the former list stays.
struct WrittenList: Hashable {
    /// The list after the write; `nil` if the kernel refuses the value.
    var ports: PortSet?
    /// Why the kernel refuses the value, or reads it otherwise than it looks; `nil` if the value has no fault.
    var fault: String?
    /// What its author probably meant, if the value is faulty; `nil` if that is not clear.
    var meant: PortSet?

    init(_ value: String) {
        do {
            var surprises: [String] = []
            ports = try Self.parse(value, &surprises)
            if !surprises.isEmpty { fault = "the kernel reads \(surprises.prefix(4).joined(separator: ", "))" }
        } catch {
            fault = error.says
        }
        if fault != nil { meant = Self.guess(value) }
    }

    private struct Refusal: Error { var says: String }

    private static func parse(_ value: String, _ surprises: inout [String]) throws(Refusal) -> PortSet {
        guard !value.isEmpty else { return PortSet() }
        if value.contains("#") { throw Refusal(says: "a comment on the same line is a part of the value") }
        if value.contains("\"") || value.contains("'") { throw Refusal(says: "quotation marks are part of the value") }
        if value.contains(where: \.isWhitespace) { throw Refusal(says: "blanks are not allowed") }
        var items = value.split(separator: ",", omittingEmptySubsequences: false)
        if items.last == "" { items.removeLast() }
        var ranges: [ClosedRange<UInt16>] = []
        for item in items {
            let bounds = item.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
            guard let first = bounds.first, let last = bounds.last else { continue }
            let low = try number(first, in: item, &surprises)
            let high = bounds.count == 1 ? low : try number(last, in: item, &surprises)
            guard low <= high else { throw Refusal(says: "the range \(shown(item)) is reversed") }
            ranges.append(low...high)
        }
        return PortSet(merging: ranges)
    }

    private static func number(
        _ digits: Substring, in item: Substring, _ surprises: inout [String]
    ) throws(Refusal) -> UInt16 {
        guard !item.isEmpty else { throw Refusal(says: "there is nothing before a comma") }
        let isHexadecimal = digits.hasPrefix("0x") || digits.hasPrefix("0X")
        let isOctal = !isHexadecimal && digits.count > 1 && digits.hasPrefix("0")
        let text = isHexadecimal ? digits.dropFirst(2) : digits
        // The kernel reads at most 21 characters of a number.
        guard digits.utf8.count <= 21, text.first?.isHexDigit == true,
            let number = UInt64(text, radix: isHexadecimal ? 16 : isOctal ? 8 : 10)
        else {
            let isNumber = !digits.isEmpty && digits.allSatisfy(\.isNumber) && !isOctal
            throw Refusal(says: isNumber ? "\(shown(digits)) is above 65535" : "\(shown(item)) is no port and no range")
        }
        guard let port = UInt16(exactly: number) else { throw Refusal(says: "\(shown(digits)) is above 65535") }
        if isOctal, String(port) != digits { surprises.append("\(shown(digits)) as octal, that is port \(port)") }
        return port
    }

    private static func guess(_ value: String) -> PortSet? {
        let text = value.prefix { $0 != "#" }.filter { $0 != "\"" && $0 != "'" }
        return try? PortSet(configuration: text)
    }

    private static func shown(_ text: Substring) -> String { printable(text.utf8) }
}
