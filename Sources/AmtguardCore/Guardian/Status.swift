/// The whole report of amtguard, in the shape of its JSON (`docs/status.schema.json`).
///
/// The properties have the order of the keys. `json` writes them, and amtguardctl reads them back with any decoder.
/// `nil` means unknown. A new key is optional, because the report may be from an older daemon.
public struct Status: Hashable, Sendable, Codable {
    /// When the list was last looked at.
    public struct Observed: Hashable, Sendable, Codable {
        /// The wall clock, for people.
        public var at: String
        /// The boot clock, in microseconds; it decides whether a report is stale.
        public var bootUSec: Int64
        /// The boot in which the list was looked at.
        public var bootId: String
        /// The network namespace of the list; `nil` in the report of an older daemon.
        public var namespace: String?
        /// How often the list is looked at without an event; `nil` if no port is required.
        public var auditUSec: Int64?
    }

    /// Sets of ports, in the kernel's notation.
    public struct Ports: Hashable, Sendable, Codable {
        /// The ports that must be reserved now.
        public var required: String
        /// The list at the last look; `nil` if it can't be read.
        public var reserved: String?
        /// The ports that amtguard added and no other program has changed since: only these it may remove.
        public var owned: String
        /// Required ports that are reserved and that amtguard does not own: it never removes them.
        public var unowned: String
        /// `net.ipv4.ip_local_port_range`; `nil` if it can't be read.
        public var ephemeralRange: String?
        /// `nil` if the list can't be read.
        public var exposed: String?
        /// The range from which the kernel chooses, without the reservations; `nil` if that can't be read.
        public var reach: String?
        /// `net.ipv4.ip_autobind_reuse`.
        public var autobindReuse: Bool?
        /// Each required port, the first 64.
        public var each: [Port]
    }

    /// The repairs by this process.
    public struct Repairs: Hashable, Sendable, Codable {
        /// How many since the start of the daemon.
        public var count: UInt64
        /// `nil` until there is one.
        public var last: LastRepair?
    }

    /// The writes since the start that would have removed required ports, and did not.
    public struct Prevented: Hashable, Sendable, Codable {
        /// How many since the start of the daemon.
        public var count: UInt64
        /// `nil` until there is one.
        public var last: Last?

        /// The last of these writes.
        public struct Last: Hashable, Sendable, Codable {
            /// When amtguard saw it, on the wall clock, for people.
            public var at: String
            /// As `at`, on the boot clock, in microseconds.
            public var bootUSec: Int64
            /// The list that the writer asked for.
            public var asked: String
            /// The required ports that stayed nevertheless.
            public var kept: String
            /// Always known: a program in the kernel names it.
            public var writer: Writer
        }
    }

    /// A program that overwrote the list.
    public struct LastWriter: Hashable, Sendable, Codable {
        /// When amtguard saw its last write, on the wall clock, for people.
        public var at: String
        /// The process of that write.
        public var writer: Writer
    }

    /// The last repair.
    public struct LastRepair: Hashable, Sendable, Codable {
        /// When a reading showed its success, on the wall clock, for people.
        public var at: String
        /// As `at`, on the boot clock, in microseconds.
        public var bootUSec: Int64
        /// The list as the other program left it.
        public var found: String
        /// The list as it was read after the repair.
        public var restored: String
        /// `nil` if the kernel did not name it.
        public var writer: Writer?
        /// The last look before the repair that showed the list whole; `nil` if the watch showed the write.
        public var brokenAfter: String?
        /// How long the list was broken at most; `nil` together with `brokenAfter`.
        public var brokenAtMostUSec: Int64?

        init(_ repair: Repair) {
            at = repair.at.iso8601
            bootUSec = repair.at.instant.sinceBoot.microseconds
            found = repair.found.description
            restored = repair.restored.description
            writer = repair.writer
            brokenAfter = repair.brokenAfter?.iso8601
            brokenAtMostUSec = repair.brokenAtMost?.microseconds
        }
    }

    /// A period in which the list is overwritten repeatedly.
    public struct Overwrites: Hashable, Sendable, Codable {
        /// A program that overwrites the list.
        public struct Writer: Hashable, Sendable, Codable {
            /// The id of its last process.
            public var pid: Int32
            /// `/proc/PID/comm`, foreign text made printable; `nil` if it had ended.
            public var command: String?
            /// Its systemd unit; `nil` if it had ended or has none.
            public var unit: String?
            /// How many of its overwrites were seen.
            public var count: Int
        }

        /// When the first of them was seen, on the wall clock, for people.
        public var since: String
        /// How many overwrites were seen.
        public var count: Int
        /// `repaired`, `prevented`, `paced`, `left`.
        public var answer: String
        /// The most frequent first, at most eight.
        public var writers: [Writer]
        /// How many overwrites came from other writers.
        public var otherWriters: Int
    }

    /// A port on an address that is held, or should be.
    public struct HeldPort: Hashable, Sendable, Codable {
        /// One of the host's IPv4 addresses that AMT shares.
        public var address: String
        /// The port that is bound, or could not be.
        public var port: UInt16
        /// `tcp`, `udp`.
        public var `protocol`: String
        /// `held`, `refused`.
        public var state: String
        /// Why it was refused.
        public var says: String?
    }

    /// The version of this shape. It grows when a key changes its meaning, not when a key is added.
    public var schema = 1
    /// The release of amtguardd that made the report.
    public var version: String
    /// When and where the list was last looked at; this is the age of the report.
    public var observed: Observed
    /// Whether the ports are safe now: `Verdict`.
    public var verdict: Told<Verdict>
    /// `Mode=`, as in force.
    public var mode: String
    /// The reasons, the most severe first; then what could not be found out.
    public var reasons: [Reason]
    /// Since when the verdict holds, on the wall clock, for people.
    public var since: String
    /// What is known of Intel AMT on this machine.
    public var amt: AMT
    /// Which ports are required, reserved and owned.
    public var ports: Ports
    /// How writes of other programs are noticed.
    public var watch: Told<Watch.Kind>
    /// Why there is no better watch; `nil` for the best one, and in the report of an older daemon.
    public var watchShortfall: String?
    /// The repairs since the start of the daemon.
    public var repairs: Repairs
    /// `nil` in the report of an older daemon, like `lastWriters`.
    public var prevented: Prevented?
    /// The programs that overwrote the list, each once, the last one first, at most eight.
    public var lastWriters: [LastWriter]?
    /// Whether the list is repeatedly overwritten now.
    public var contested: Bool
    /// What is known of the overwrites; `nil` while `contested` is false.
    public var overwrites: Overwrites?
    /// The ports that a hold keeps busy, and those that could not be held.
    public var holds: [HeldPort]
    /// The most severe first, at most 256; `nil` if unknown.
    public var victims: [Socket]?
    /// How many there are.
    public var victimCount: Int?
    /// The translation of addresses; `nil` in the report of an older daemon.
    public var nat: NAT?
    /// `nil` until a probe was reported.
    public var probe: Probe?

    static let mostVictims = 256

    /// Whether only the time of the last look differs from `other`.
    public func differsByTimeAlone(from other: Status?) -> Bool {
        guard var other, other != self else { return false }
        other.observed = observed
        return other == self
    }
}

/// A word of a report, one of `Known` in this version. A newer amtguardd may report another one: it is kept and shown
/// unchanged, and the rest of the report still counts.
public struct Told<Known: RawRepresentable<String> & Hashable & Sendable>: Hashable, Sendable, Codable {
    /// The word as it was reported, known or unknown.
    public let text: String

    init(_ known: Known) {
        text = known.rawValue
    }

    /// `nil` for a word that this version does not define.
    public var known: Known? { Known(rawValue: text) }

    /// Decodes the word alone, without a key.
    public init(from decoder: any Decoder) throws {
        text = try String(from: decoder)
    }

    public func encode(to encoder: any Encoder) throws {
        try text.encode(to: encoder)
    }
}

/// Whether the report has this word; false for a missing report.
public func == <Known>(told: Told<Known>?, word: Known) -> Bool { told?.known == word }

extension Told: CustomStringConvertible {
    public var description: String { text }
}
