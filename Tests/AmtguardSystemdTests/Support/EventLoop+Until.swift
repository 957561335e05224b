import Testing

@testable import AmtguardSystemd

extension EventLoop {
    /// Turns until something is so; false if it is not so in good time.
    func run(for time: Duration = .seconds(10), until isSo: () throws -> Bool) throws -> Bool {
        let deadline = BootClock.now + time
        while try !isSo() {
            guard BootClock.now < deadline else { return false }
            _ = try turn(timeout: .milliseconds(20))
        }
        return true
    }

    /// Turns for so long.
    func run(for time: Duration) throws {
        _ = try run(for: time) { false }
    }
}

/// Something for a body to write to, and to keep a source in.
final class Box<Value: ~Copyable> {
    var value: Value
    init(_ value: consuming Value) { self.value = value }
}
