/// One entry for the journal.
public struct JournalEntry: Hashable, Sendable {
    /// How much it matters, as in syslog(3).
    public enum Priority: Int, Hashable, Sendable, Comparable {
        case error = 3
        case warning = 4
        case notice = 5
        case info = 6
        case debug = 7

        public static func < (a: Priority, b: Priority) -> Bool { a.rawValue < b.rawValue }
    }

    public var priority: Priority
    /// The catalog's key, 128 bits in hex; everything from notice up has one.
    public var messageID: String?
    /// One line for people.
    public var message: String
    /// `AMTGUARD_…`, for programs.
    public var fields: [Field]

    /// A field of the entry.
    public struct Field: Hashable, Sendable {
        public var name: String
        public var value: String
    }

    /// An entry; fields without a value are left out, the others get the prefix.
    public init(_ priority: Priority, id: Event.MessageID? = nil, _ message: String, _ fields: [(String, String?)] = [])
    {
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
    /// For a message: a list can be 190 KiB long, and a program that overwrites it must not fill the journal.
    var brief: String { isEmpty ? "nothing" : abbreviated(to: 200) }

    /// For a field of its own.
    var field: String { abbreviated(to: 4_000) }
}
