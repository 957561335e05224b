/// Why bytes of the firmware are not the expected message.
public enum WireError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The message ends before this field.
    case short(String)
    /// So many bytes follow the last field.
    case long(Int)
    /// A field holds a value that it may not have.
    case value(String, UInt32)
    /// The reply answers another command: its number on the wire.
    case otherCommand(UInt32)
    /// The reply repeats the answer to the previous question.
    case repeated
    /// AMT answered and refused.
    case refused(AMTStatus)
    /// MKHI answered and refused.
    case result(MKHI.Result)

    /// One line for people. From the firmware it contains only numbers.
    public var description: String {
        switch self {
        case .short(let field): "the message ends before its \(field)"
        case .long(let count): "the message is \(count) bytes too long"
        case .value(let field, let value): "the message's \(field) is 0x\(String(value, radix: 16))"
        case .otherCommand(let command): "the message is of another command, 0x\(String(command, radix: 16))"
        case .repeated: "the message answers the question before"
        case .refused(let status): "status \(status)"
        case .result(let result): "result \(result)"
        }
    }

    /// Whether the firmware understood and refused: such a reply is whole.
    public var isRefusal: Bool {
        switch self {
        case .refused, .result: true
        case .short, .long, .value, .otherCommand, .repeated: false
        }
    }
}
