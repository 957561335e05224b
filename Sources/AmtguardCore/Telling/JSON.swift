/// A JSON value, limited to what amtguard writes.
///
/// The daemon has no Foundation: its encoder alone would double the binary. Objects keep their order.
public enum JSON: Hashable, Sendable, CustomStringConvertible {
    /// An unknown value.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A whole number; JSON's readers may lose precision beyond 2⁵³.
    case number(Int64)
    /// Any text; it is escaped when it is written.
    case string(String)
    /// Values in order.
    case array([JSON])
    /// The members in the order in which they are written.
    case object([Member])

    /// One key of an object and its value.
    public struct Member: Hashable, Sendable {
        let key: String
        let value: JSON
    }

    /// A string, or null.
    init(_ text: String?) { self = text.map(JSON.string) ?? .null }

    /// A number, or null.
    init(_ number: Int64?) { self = number.map(JSON.number) ?? .null }

    /// This object, followed by the members of another one.
    func followed(by other: JSON) -> JSON {
        guard case .object(let members) = self, case .object(let more) = other else {
            preconditionFailure("only objects have members")
        }
        return .object(members + more)
    }

    /// This object with another value for these keys.
    func replacing(_ keys: String..., with value: JSON) -> JSON {
        guard case .object(let members) = self else { preconditionFailure("only objects have members") }
        return .object(members.map { keys.contains($0.key) ? Member(key: $0.key, value: value) : $0 })
    }

    /// The keys of this object, with null for each value.
    var blank: JSON {
        guard case .object(let members) = self else { preconditionFailure("only objects have members") }
        return .object(members.map { Member(key: $0.key, value: .null) })
    }

    /// The text, on one line.
    public var description: String {
        var text = ""
        write(to: &text)
        return text
    }

    private func write(to text: inout String) {
        switch self {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .number(let value): text += "\(value)"
        case .string(let value): Self.write(value, to: &text)
        case .array(let values):
            text += "["
            for (index, value) in values.enumerated() {
                if index > 0 { text += "," }
                value.write(to: &text)
            }
            text += "]"
        case .object(let members):
            text += "{"
            for (index, member) in members.enumerated() {
                if index > 0 { text += "," }
                Self.write(member.key, to: &text)
                text += ":"
                member.value.write(to: &text)
            }
            text += "}"
        }
    }

    /// RFC 8259: quote, backslash and everything below U+0020 are escaped. A Swift string has no lone surrogates.
    ///
    /// All other characters that may not be shown are escaped too, because people read JSON on terminals. A parser gets
    /// the same text.
    private static func write(_ value: String, to text: inout String) {
        text += "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case _ where scalar.isDeceptive:
                for unit in scalar.utf16 {
                    let digits = String(unit, radix: 16)
                    text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}

extension JSON: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral, ExpressibleByIntegerLiteral {
    public init(arrayLiteral values: JSON...) {
        self = .array(values)
    }

    public init(integerLiteral value: Int64) {
        self = .number(value)
    }

    /// An object with its members in the order of the literal.
    public init(dictionaryLiteral members: (String, JSON)...) {
        self = .object(members.map { Member(key: $0.0, value: $0.1) })
    }
}
