/// A value that was found out, or the reason why it was not: "unknown" is never "no".
public enum Finding<Value: Hashable & Sendable>: Hashable, Sendable {
    case known(Value)
    case unknown(Gap)

    /// The value; `nil` if it is not known.
    public var value: Value? {
        switch self {
        case .known(let value): value
        case .unknown: nil
        }
    }

    /// Why it is not known; `nil` if it is.
    public var gap: Gap? {
        switch self {
        case .known: nil
        case .unknown(let gap): gap
        }
    }

    /// The same for people, one line.
    public var reason: String? { gap?.says }

    /// Transforms the value. If `transform` returns nothing, `gap` gives the reason.
    func map<Other>(_ transform: (Value) -> Other?, else gap: Gap) -> Finding<Other> {
        switch self {
        case .known(let value): transform(value).map(Finding<Other>.known) ?? .unknown(gap)
        case .unknown(let gap): .unknown(gap)
        }
    }

    /// What a field is until something was said of it.
    static var unsaid: Self { .unknown(.unsaid) }
}
