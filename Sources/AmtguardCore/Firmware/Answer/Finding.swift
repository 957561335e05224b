/// What was found out about one thing, or why it was not: "unknown" is never "no".
public enum Finding<Value: Hashable & Sendable>: Hashable, Sendable {
    case known(Value)
    /// The reason, one line.
    case unknown(String)

    /// The value; `nil` where it is not known.
    public var value: Value? {
        switch self {
        case .known(let value): value
        case .unknown: nil
        }
    }

    /// Why it is not known; `nil` where it is.
    public var reason: String? {
        switch self {
        case .known: nil
        case .unknown(let reason): reason
        }
    }

    /// What another function makes of the value; where that is nothing, `reason` says why.
    func map<Other>(_ transform: (Value) -> Other?, else reason: String) -> Finding<Other> {
        switch self {
        case .known(let value): transform(value).map(Finding<Other>.known) ?? .unknown(reason)
        case .unknown(let reason): .unknown(reason)
        }
    }
}
