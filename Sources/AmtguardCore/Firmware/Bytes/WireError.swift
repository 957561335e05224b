/// Why bytes of the firmware are not the expected message.
public enum WireError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The message ends before this field.
    case short(String)
    /// This many bytes follow the last field.
    case long(Int)
    /// A field has a value that is not allowed.
    case value(String, UInt32)
    /// The reply answers another command: its number on the wire.
    case otherCommand(UInt32)
    /// The reply repeats the answer to the previous question.
    case repeated
    /// AMT answered and refused.
    case refused(AMTStatus)
    /// MKHI answered and refused.
    case result(MKHI.Result)

    /// One line for people. Only numbers in it come from the firmware.
    public var description: String {
        switch self {
        case .short(let field): "the message ends before its \(field)"
        case .long(let count): "the message is \(count) bytes too long"
        case .value(let field, let value): "the message's \(field) is 0x\(String(value, radix: 16))"
        case .otherCommand(let command): "the message is of another command, 0x\(String(command, radix: 16))"
        case .repeated: "the message repeats the previous answer"
        case .refused(let status): "status \(status)"
        case .result(let result): "result \(result)"
        }
    }

    /// Whether the firmware understood the request and refused it. Such a reply is complete.
    public var isRefusal: Bool {
        switch self {
        case .refused, .result: true
        case .short, .long, .value, .otherCommand, .repeated: false
        }
    }
}
