/// An interface of an object on the bus: methods, properties and signals under one name.
///
/// Names and types must not move while the object exists, because libsystemd keeps their addresses. Types are in D-Bus
/// notation; arguments are pairs of a name and a type.
public struct BusInterface {
    /// For example `org.freedesktop.LogControl1`.
    public let name: StaticString
    /// The callable methods.
    public let methods: [Method]
    /// The properties that can be read, and perhaps written.
    public let properties: [Property]
    /// The emitted signals.
    public let signals: [Signal]

    /// An interface of the given members.
    public init(
        _ name: StaticString, methods: [Method] = [], properties: [Property] = [], signals: [Signal] = []
    ) {
        self.name = name
        self.methods = methods
        self.properties = properties
        self.signals = signals
    }

    /// A method. Every caller that the bus's own policy admits may call it; the handler may call `SystemBus.authorize`.
    public struct Method {
        let name: StaticString
        let takes: KeyValuePairs<StaticString, StaticString>
        let returns: KeyValuePairs<StaticString, StaticString>
        let handler: (BusCall) -> Void

        /// A method whose handler answers the call, now or later. Its arguments have the types in `takes`.
        public init(
            _ name: StaticString, takes: KeyValuePairs<StaticString, StaticString> = [:],
            returns: KeyValuePairs<StaticString, StaticString> = [:],
            _ handler: @escaping (BusCall) -> Void
        ) {
            self.name = name
            self.takes = takes
            self.returns = returns
            self.handler = handler
        }
    }

    /// How other programs learn that a property has changed.
    public enum Change: Sendable {
        /// It never changes.
        case const
        /// By the signal PropertiesChanged, from `SystemBus.emitChanged`.
        case emitsChange
        /// Only by reading it.
        case silent
    }

    /// A property.
    public struct Property {
        let name: StaticString
        let signature: StaticString
        let change: Change
        let get: () -> BusValue
        let set: ((BusValue) -> Bool)?

        /// A property that every user may read, and that root may write if there is a setter.
        ///
        /// - Parameter set: takes a value of the property's type, or returns false to refuse it.
        public init(
            _ name: StaticString, _ signature: StaticString, _ change: Change, get: @escaping () -> BusValue,
            set: ((BusValue) -> Bool)? = nil
        ) {
            self.name = name
            self.signature = signature
            self.change = change
            self.get = get
            self.set = set
        }
    }

    /// A signal.
    public struct Signal {
        let name: StaticString
        let carries: KeyValuePairs<StaticString, StaticString>

        /// A signal with the given arguments, from `SystemBus.emit`.
        public init(_ name: StaticString, carries: KeyValuePairs<StaticString, StaticString> = [:]) {
            self.name = name
            self.carries = carries
        }
    }
}
