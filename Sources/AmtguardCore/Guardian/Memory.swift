/// What must outlive the process within one boot: a small record beside the state file.
public struct Memory: Hashable, Sendable {
    /// The scope of a record: one boot and one network namespace.
    public struct Scope: Hashable, Sendable {
        /// `/proc/sys/kernel/random/boot_id`.
        public var boot: String
        /// Device and inode of the network namespace.
        public var namespace: String

        /// Stands for a boot id or a namespace that could not be read.
        public static let unknown = "unknown"
        /// Whether both could be read, so that a record can be compared with this scope.
        public var isKnown: Bool { boot != Self.unknown && namespace != Self.unknown }

        /// Both as text without spaces.
        public init(boot: String, namespace: String) {
            self.boot = boot
            self.namespace = namespace
        }
    }

    /// The scope of the record; it says nothing about another boot or namespace.
    public var scope: Scope
    /// What amtguard may remove later.
    public var ownership: Ownership
    /// Whether a CSME was seen: within one boot, evidence of AMT is not forgotten.
    public var sawCSME: Bool
    /// What the firmware showed of AMT; `nil` if it showed nothing yet.
    public var sighting: AMTSighting?

    /// A memory; empty by default.
    public init(
        scope: Scope, ownership: Ownership = Ownership(), sawCSME: Bool = false, sighting: AMTSighting? = nil
    ) {
        self.scope = scope
        self.ownership = ownership
        self.sawCSME = sawCSME
        self.sighting = sighting
    }
}

// MARK: - The record: one line

extension Memory {
    /// One line of `key=value` words; a few hundred bytes for any sensible set of ports.
    public var encoded: String {
        let list = ownership.list.map { String($0, radix: 16) } ?? ""
        // An older version ignores these two words. If the act was not carried out, that version owns the right ports;
        // otherwise it owns nothing, which is safe.
        let act = ownership.act.map { "\($0.kind.rawValue)=\($0.ports) then=\(String($0.list, radix: 16)) " } ?? ""
        return "amtguard-memory=1 boot=\(scope.boot) namespace=\(scope.namespace) owned=\(ownership.owned) "
            + "list=\(list) \(act)amt=\(sighting?.rawValue ?? "") csme=\(sawCSME ? 1 : 0)\n"
    }

    /// Reads a record back.
    ///
    /// - Returns: `nil` if it is damaged, or of another boot or network namespace: then nothing is owned.
    public init?(parsing bytes: some Collection<UInt8>, scope: Scope) {
        self.init(parsing: bytes)
        guard self.scope == scope else { return nil }
    }

    /// Reads a record back, from any boot.
    ///
    /// - Returns: `nil` if it is damaged.
    public init?(parsing bytes: some Collection<UInt8>) {
        guard let line = String(validating: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self) else {
            return nil
        }
        var values: [Substring: Substring] = [:]
        for word in line.split(separator: " ") {
            guard let equals = word.firstIndex(of: "=") else { return nil }
            values[word[..<equals]] = word[word.index(after: equals)...]
        }
        guard values["amtguard-memory"] == "1", let boot = values["boot"], let namespace = values["namespace"],
            let ownedText = values["owned"], let listText = values["list"],
            let owned = try? PortSet(kernel: Array(ownedText.utf8)), let csme = values["csme"],
            csme == "0" || csme == "1"
        else { return nil }
        let list = UInt64(listText, radix: 16)
        guard list != nil || listText.isEmpty else { return nil }
        var act: Ownership.Act?
        for kind in [Ownership.Act.Kind.adding, .removing] {
            guard let text = values[Substring(kind.rawValue)] else { continue }
            guard act == nil, let ports = try? PortSet(kernel: Array(text.utf8)),
                let then = values["then"].flatMap({ UInt64($0, radix: 16) })
            else { return nil }
            act = Ownership.Act(kind, ports, list: then)
        }
        // Earlier versions did not write it. A later version may write other words, which all mean that AMT was
        // present.
        let sighting = values["amt"].flatMap { $0.isEmpty ? nil : AMTSighting(rawValue: String($0)) ?? .present }
        self.init(
            scope: Scope(boot: String(boot), namespace: String(namespace)),
            ownership: Ownership(owned: owned, list: list, act: act), sawCSME: csme == "1", sighting: sighting)
    }
}
