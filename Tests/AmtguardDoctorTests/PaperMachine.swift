import AmtguardCore
import Testing

@testable import AmtguardDoctor

/// A machine with these files.
struct PaperMachine: Machine {
    var files: [String: String] = [:]
    var unreadable: [String: Unreadable] = [:]
    var others: [NamespaceLook] = []
    /// Namespaces that can't be entered.
    var closed = 0
    /// Processes that don't show their namespaces.
    var hidden = 0
    /// Whether there are too many namespaces.
    var isCut = false

    func read(_ path: String) throws(Unreadable) -> [UInt8]? {
        if let why = unreadable[path] { throw why }
        return files[path].map { Array($0.utf8) }
    }

    func names(in directory: String) throws(Unreadable) -> [String] {
        if let why = unreadable[directory] { throw why }
        let prefix = directory + "/"
        let names = (Array(files.keys) + Array(unreadable.keys)).filter { $0.hasPrefix(prefix) }
            .compactMap { $0.dropFirst(prefix.count).split(separator: "/").first.map(String.init) }
        return Set(names).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    func namespaces() throws(Unreadable) -> NamespaceSurvey {
        NamespaceSurvey(others, closed: closed, hiddenProcesses: hidden, isCut: isCut)
    }
}

extension Situation {
    /// AMT shares an address, amtguardd guards the list, and nothing is held.
    static var concerned: Situation {
        var situation = Situation()
        situation.required = .ofAMT
        situation.reserved = .ofAMT
        situation.reach = PortSet(32768...60999)
        situation.sharing = .shared(["192.0.2.20"])
        situation.published = []
        situation.isTranslating = false
        situation.guarding = .repairs
        return situation
    }
}

/// A configuration of one program, and what its check must find.
struct Sample: CustomTestStringConvertible, Sendable {
    var name: String
    /// Path to content.
    var files: [String: String]
    /// The severities of all findings, and for those with a place, `file:line`.
    var found: [String]

    init(_ name: String, _ files: [String: String], found: String...) {
        self.name = name
        self.files = files
        self.found = found
    }

    var testDescription: String { name }

    /// What the check finds: `warning /etc/unbound/unbound.conf:3`.
    func findings(of check: Check, in situation: Situation = .concerned) -> [String] {
        check.findings(on: PaperMachine(files: files), in: situation)
            .map { "\($0.severity.rawValue)\($0.place.map { " \($0)" } ?? "")" }
    }
}
