/// `org.freedesktop.LogControl1`: the interface of `systemctl service-log-level` and `service-log-target`.
///
/// See org.freedesktop.LogControl1(5).
public enum LogControl {
    /// The path of the object.
    public static let path = "/org/freedesktop/LogControl1"

    /// The levels of syslog(3), in their order, by their names on the bus and in `systemctl`.
    public enum Level: String, CaseIterable, Comparable, Sendable {
        /// From the journal's PRIORITY 0 to its PRIORITY 7.
        case emerg, alert, crit, err, warning, notice, info, debug

        /// The journal's PRIORITY: 0 is the most urgent.
        public var priority: Int {
            guard let index = Self.allCases.firstIndex(of: self) else { preconditionFailure("\(self) is no level") }
            return index
        }

        /// Whether `a` is the more urgent.
        public static func < (a: Level, b: Level) -> Bool { a.priority < b.priority }
    }

    /// The interface, on closures that access the program's own settings. Only root may set them.
    ///
    /// - Parameters:
    ///   - setTarget: returns false for a target that the program does not have.
    ///   - identifier: SYSLOG_IDENTIFIER.
    public static func interface(
        level: @escaping () -> Level, setLevel: @escaping (Level) -> Void,
        target: @escaping () -> String, setTarget: @escaping (String) -> Bool,
        identifier: String
    ) -> BusInterface {
        BusInterface(
            "org.freedesktop.LogControl1",
            properties: [
                .init("LogLevel", "s", .silent, get: { .string(level().rawValue) }) { value in
                    guard case .string(let name) = value, let level = Level(rawValue: name) else { return false }
                    setLevel(level)
                    return true
                },
                .init("LogTarget", "s", .silent, get: { .string(target()) }) { value in
                    guard case .string(let name) = value else { return false }
                    return setTarget(name)
                },
                .init("SyslogIdentifier", "s", .const, get: { .string(identifier) }),
            ])
    }
}
