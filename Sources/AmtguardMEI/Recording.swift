public import AmtguardCore
public import SystemPackage

/// A recorded conversation with a firmware, to be replayed without it.
public struct Recording: Hashable, Sendable {
    /// A fact about its origin: the machine, the versions, the date.
    public struct Header: Hashable, Sendable {
        public var name: String
        public var value: String

        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// One step and its result.
    public enum Event: Hashable, Sendable {
        case open(Errno?)
        case connect(GUID, Outcome)
        case write([UInt8], Errno?)
        case read(Outcome)
    }

    /// The result of a step.
    public enum Outcome: Hashable, Sendable {
        case bytes([UInt8])
        case errno(Errno)
        /// Nothing came in time.
        case silence
    }

    /// One device node: its attributes in `/sys`, and the steps.
    public struct Device: Hashable, Sendable {
        /// `name`, `kind`, `dev_state`, `fw_ver`, …, unchanged.
        public var attributes: [Header]
        public var events: [Event]

        public init(attributes: [Header] = [], events: [Event] = []) {
            self.attributes = attributes
            self.events = events
        }

        /// The value of an attribute; `nil` if it is not recorded.
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
