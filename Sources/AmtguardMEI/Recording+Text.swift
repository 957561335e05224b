// A recording as a file: headers, an empty line, one event per line. `#` begins a comment.
//
//     amtguard-recording: 1
//     machine: Example Laptop
//
//     attribute name=mei0
//     attribute kind=mei
//     open
//     connect 12f80028-b4b7-4b2d-aca8-46e0ff65814c -> 0014000001b42d4baca846e0ff65814c
//     write 010100001100000400000000
//     read 0101000011008004080000000000000000000000
//     read -> silence
//     read -> errno ENODEV

import AmtguardCore
import SystemPackage

extension Recording: CustomStringConvertible {
    private static let magic = Header(name: "amtguard-recording", value: "1")

    public var description: String {
        var text = ""
        for header in [Self.magic] + headers { text += "\(header.name): \(header.value)\n" }
        for device in devices {
            text += "\n"
            for attribute in device.attributes { text += "attribute \(attribute.name)=\(attribute.value)\n" }
            for event in device.events { text += "\(event)\n" }
        }
        return text
    }

    /// A file that is not a recording: the line, counted from 1, and what is wrong with it.
    public struct SyntaxError: Error, Hashable, CustomStringConvertible {
        public var line: Int
        public var message: String

        public var description: String { "line \(line): \(message)" }
    }

    /// The longest recording, in bytes. One of all questions has 6,000.
    public static let sizeLimit = 4 << 20

    /// Parses a file.
    public init(parsing bytes: [UInt8]) throws(SyntaxError) {
        guard bytes.count <= Self.sizeLimit else {
            throw SyntaxError(line: 1, message: "longer than \(Self.sizeLimit) bytes")
        }
        self.init()
        var isBegun = false
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() where !line.isEmpty && line.first != UInt8(ascii: "#") {
            guard line.allSatisfy({ (0x20...0x7E).contains($0) }) else {
                throw SyntaxError(line: index + 1, message: "it is not printable ASCII")
            }
            let text = String(decoding: line, as: UTF8.self)
            if !isBegun {
                guard Self.header(text) == Self.magic else {
                    throw SyntaxError(line: index + 1, message: "the file does not begin with amtguard-recording: 1")
                }
                isBegun = true
            } else if !take(text) {
                throw SyntaxError(line: index + 1, message: "not understood: \(printable(line))")
            }
        }
        guard isBegun else { throw SyntaxError(line: 1, message: "the file is empty") }
    }

    private mutating func take(_ line: String) -> Bool {
        if let attribute = Self.attribute(line) {
            // Each device begins with its name.
            if attribute.name == "name" || devices.isEmpty { devices.append(Device()) }
            devices[devices.count - 1].attributes.append(attribute)
        } else if let event = Event(line) {
            if devices.isEmpty { devices.append(Device()) }
            devices[devices.count - 1].events.append(event)
        } else if devices.isEmpty, let header = Self.header(line) {
            headers.append(header)
        } else {
            return false
        }
        return true
    }

    private static func header(_ line: String) -> Header? {
        guard let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")), colon != line.startIndex else { return nil }
        let name = String(line[..<colon])
        guard !name.utf8.contains(UInt8(ascii: " ")) else { return nil }
        return Header(name: name, value: String(line[colon...].dropFirst().drop { $0 == " " }))
    }

    private static func attribute(_ line: String) -> Header? {
        guard line.hasPrefix("attribute "), let equals = line.firstIndex(of: "=") else { return nil }
        let name = line[..<equals].dropFirst("attribute ".count)
        guard !name.isEmpty else { return nil }
        return Header(name: String(name), value: String(line[equals...].dropFirst()))
    }
}

extension Recording.Event: CustomStringConvertible {
    public var description: String {
        switch self {
        case .open(nil): "open"
        case .open(let errno?): "open -> errno \(errno.name)"
        case .connect(let client, let outcome): "connect \(client) -> \(outcome)"
        case .write(let bytes, nil): "write \(hexDigits(bytes))"
        case .write(let bytes, let errno?): "write \(hexDigits(bytes)) -> errno \(errno.name)"
        // A message without bytes is a line without digits.
        case .read(.bytes(let bytes)): bytes.isEmpty ? "read" : "read \(hexDigits(bytes))"
        case .read(let outcome): "read -> \(outcome)"
        }
    }

    /// - Returns: `nil` for a line that `description` never returns.
    init?(_ line: String) {
        let words = line.split(separator: " ").map(String.init)
        guard let verb = words.first else { return nil }
        let arrow = words.firstIndex(of: "->") ?? words.endIndex
        let (subject, object) = (words[1..<max(arrow, 1)], words[min(arrow + 1, words.endIndex)...])
        let outcome = Recording.Outcome(words: Array(object))
        guard arrow == words.endIndex || outcome != nil else { return nil }
        switch (verb, subject.count, outcome) {
        case ("open", 0, nil): self = .open(nil)
        case ("open", 0, .errno(let errno)): self = .open(errno)
        case ("connect", 1, let outcome?):
            guard let client = GUID(subject[1]) else { return nil }
            self = .connect(client, outcome)
        case ("write", 1, nil):
            guard let bytes = Self.message(subject[1]) else { return nil }
            self = .write(bytes, nil)
        case ("write", 1, .errno(let errno)):
            guard let bytes = Self.message(subject[1]) else { return nil }
            self = .write(bytes, errno)
        case ("read", 0, nil): self = .read(.bytes([]))
        case ("read", 1, nil):
            guard let bytes = Self.message(subject[1]) else { return nil }
            self = .read(.bytes(bytes))
        case ("read", 0, let outcome?):
            if case .bytes = outcome { return nil }
            self = .read(outcome)
        default: return nil
        }
    }

    fileprivate static func message(_ digits: String) -> [UInt8]? {
        digits.utf8.count <= 2 * 65_536 ? hexadecimal(digits.utf8) : nil
    }
}

extension Recording.Outcome: CustomStringConvertible {
    public var description: String {
        switch self {
        case .bytes(let bytes): hexDigits(bytes)
        case .errno(let errno): "errno \(errno.name)"
        case .silence: "silence"
        }
    }

    fileprivate init?(words: [String]) {
        switch (words.first, words.count) {
        case ("silence"?, 1): self = .silence
        case ("errno"?, 2):
            guard let errno = Errno(name: words[1]) else { return nil }
            self = .errno(errno)
        case (let digits?, 1):
            guard let bytes = Recording.Event.message(digits) else { return nil }
            self = .bytes(bytes)
        default: return nil
        }
    }
}
