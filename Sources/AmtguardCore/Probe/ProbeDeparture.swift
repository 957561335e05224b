/// The address and port with which a connection of a probe left this host: a reading, no judgement.
///
/// Address translation may change both. The network card filters by the translated ones.
public enum ProbeDeparture: Hashable, Sendable {
    /// The kernel's connection tracking shows it.
    case left(LocalSocket.Endpoint)
    /// The kernel does not track this connection.
    case untracked
    /// Only root may ask for it.
    case notPermitted
    /// The kernel did not answer.
    case failed

    /// The word for programs and for the record.
    var word: String {
        switch self {
        case .left(let endpoint): "\(endpoint)"
        case .untracked: "untracked"
        case .notPermitted: "not-permitted"
        case .failed: "failed"
        }
    }

    /// From its word; `nil` if it is invalid.
    init?(word: some StringProtocol) {
        switch word {
        case "untracked": self = .untracked
        case "not-permitted": self = .notPermitted
        case "failed": self = .failed
        default:
            guard let place = try? ProbeService(String(word)), let address = IPAddress(place.host) else { return nil }
            self = .left(LocalSocket.Endpoint(address, port: place.port))
            guard self.word == word else { return nil }
        }
    }
}

// MARK: - What follows

extension ProbeResult {
    /// Why the outcome at a port may come from another port, or from no packet at all.
    enum Doubt: Hashable {
        /// It left with this address and port.
        case translated(LocalSocket.Endpoint)
        case untracked
        case notPermitted
        case failed

        var says: String {
            switch self {
            case .translated(let endpoint): "it left this host as \(endpoint), by address translation"
            case .untracked: "the kernel's connection tracking does not have it: perhaps no packet left this host"
            case .notPermitted: "only root can see whether address translation changed the port"
            case .failed: "the kernel did not say whether address translation changed the port"
            }
        }
    }

    /// `nil` if the connection left from this port, or if the departure was not recorded: results of older releases
    /// count.
    func doubt(about port: UInt16) -> Doubt? {
        guard outcome(of: port).isComparable else { return nil }
        switch departures[port] {
        case nil: return nil
        case .left(let endpoint):
            return endpoint == LocalSocket.Endpoint(from, port: port) ? nil : .translated(endpoint)
        // A connection without tracking was not translated. But if other connections are tracked, a rule of this host
        // may have dropped its packets, or refused them itself.
        case .untracked:
            return outcome(of: port) != .connected && (tracksOthers || isTranslating == true) ? .untracked : nil
        case .notPermitted: return isTranslating == false ? nil : .notPermitted
        case .failed: return isTranslating == false ? nil : .failed
        }
    }

    /// The address and the port with which a connection left, for people and programs; `nil` if that is not known.
    func departure(of port: UInt16) -> String? {
        switch departures[port] {
        case nil: nil
        case .left(let endpoint): "\(endpoint)"
        default: doubt(about: port) == nil ? "\(LocalSocket.Endpoint(from, port: port))" : nil
        }
    }

    private var tracksOthers: Bool {
        departures.values.contains { if case .left = $0 { true } else { false } }
    }

    /// Whether addresses were translated on this host when the probe was made; `nil` if that is not known.
    public var isTranslating: Bool? {
        let changed = departures.contains { port, departure in
            guard case .left(let endpoint) = departure else { return false }
            return endpoint != LocalSocket.Endpoint(from, port: port)
        }
        if changed { return true }
        if let isTranslationReported { return isTranslationReported }
        // Translation requires connection tracking.
        return !departures.isEmpty && departures.values.allSatisfy { $0 == .untracked } ? false : nil
    }
}

extension ProbeOutcome {
    /// Whether the outcome depends on the port with which the connection left, at least in part.
    var isComparable: Bool { isAnswer || self == .silent }
}
