/// One entry for the journal.
public struct JournalEntry: Hashable, Sendable {
    /// The severity, as in syslog(3).
    public enum Priority: Int, Hashable, Sendable, Comparable {
        /// amtguard can't do its task.
        case error = 3
        /// The administrator should act.
        case warning = 4
        /// Normal, and worth knowing.
        case notice = 5
        /// Details.
        case info = 6
        /// Not logged by default.
        case debug = 7

        public static func < (a: Priority, b: Priority) -> Bool { a.rawValue < b.rawValue }
    }

    /// The field `PRIORITY`.
    public var priority: Priority
    /// The key of the catalog entry, 128 bits in hex; every entry from notice up has one.
    public var messageID: String?
    /// One line for people.
    public var message: String
    /// `AMTGUARD_…`, for programs.
    public var fields: [Field]

    /// A field of the entry.
    public struct Field: Hashable, Sendable {
        /// Capitals, digits and underscores, as journald requires.
        public var name: String
        /// Each character that may not be shown is replaced; newlines stay.
        public var value: String
    }

    /// An entry without a catalog text. Fields without a value are left out; the others get the prefix.
    public init(_ priority: Priority, _ message: String, _ fields: [(String, String?)] = []) {
        self.init(priority, id: nil, message, fields)
    }

    /// An entry with a catalog text.
    init(_ priority: Priority, id: Event.MessageID?, _ message: String, _ fields: [(String, String?)] = []) {
        self.priority = priority
        messageID = id?.rawValue
        self.message = message.oneLine
        self.fields = fields.compactMap { name, value in
            value.map { Field(name: "AMTGUARD_" + name, value: $0.shown) }
        }
    }

    /// All fields, for `sd_journal_sendv(3)`.
    public var all: [Field] {
        [Field(name: "PRIORITY", value: "\(priority.rawValue)"), Field(name: "MESSAGE", value: message)]
            + (messageID.map { [Field(name: "MESSAGE_ID", value: $0)] } ?? []) + fields
    }
}

extension PortSet {
    /// For a message: a list can be 190 KiB long, and repeated overwrites must not fill the journal.
    var brief: String { isEmpty ? "nothing" : abbreviated(to: 200) }

    /// For a field of its own.
    var field: String { abbreviated(to: 4_000) }
}
