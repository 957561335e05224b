/// A word of a report, one of `Known` in this version. A newer amtguardd may report another one: it is kept and shown as
/// it is, and the rest of the report still counts.
public struct Told<Known: RawRepresentable<String> & Hashable & Sendable>: Hashable, Sendable, Codable {
    public let text: String

    init(_ known: Known) {
        text = known.rawValue
    }

    /// `nil` for a word that this version does not know.
    public var known: Known? { Known(rawValue: text) }

    /// The word alone, without a key.
    public init(from decoder: any Decoder) throws {
        text = try String(from: decoder)
    }

    public func encode(to encoder: any Encoder) throws {
        try text.encode(to: encoder)
    }
}

/// Whether the report has this word; no for a report that is missing.
public func == <Known>(told: Told<Known>?, word: Known) -> Bool { told?.known == word }

extension Told: CustomStringConvertible {
    public var description: String { text }
}
