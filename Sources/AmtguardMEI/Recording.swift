public import AmtguardCore
public import SystemPackage

/// A conversation that somebody had with a firmware, to be had again without it.
public struct Recording: Hashable, Sendable {
    /// Where it comes from, one fact each: the machine, the versions, the date.
    public struct Header: Hashable, Sendable {
        public var name: String
        public var value: String

        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// One step and what came of it.
    public enum Event: Hashable, Sendable {
        case open(Errno?)
        case connect(GUID, Outcome)
        case write([UInt8], Errno?)
        case read(Outcome)
    }

    /// What a step brought.
    public enum Outcome: Hashable, Sendable {
        case bytes([UInt8])
        case errno(Errno)
        /// Nothing in time.
        case silence
    }

    /// One device node: what `/sys` says of it and what was done with it.
    public struct Device: Hashable, Sendable {
        /// `name`, `kind`, `dev_state`, `fw_ver`, …, as they were.
        public var attributes: [Header]
        public var events: [Event]

        public init(attributes: [Header] = [], events: [Event] = []) {
            self.attributes = attributes
            self.events = events
        }

        /// The value of an attribute; `nil` where it is not recorded.
        public subscript(_ name: String) -> String? {
            attributes.first { $0.name == name }?.value
        }
    }

    public var headers: [Header]
    public var devices: [Device]

    public init(headers: [Header] = [], devices: [Device] = []) {
        self.headers = headers
        self.devices = devices
    }
}
