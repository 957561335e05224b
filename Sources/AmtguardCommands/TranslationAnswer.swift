import FoundationEssentials

/// The part of the daemon's report about address translation. Reports of older daemons have none.
struct TranslationAnswer: Decodable {
    private let nat: Part?

    private struct Part: Decodable {
        let translation: String?
    }

    /// `nil` for a text that is no report.
    init?(_ text: String) {
        guard let answer = try? JSONDecoder().decode(Self.self, from: Data(text.utf8)) else { return nil }
        self = answer
    }

    /// `nil` if unknown.
    var isInUse: Bool? {
        switch nat?.translation {
        case "yes": true
        case "no": false
        default: nil
        }
    }
}
