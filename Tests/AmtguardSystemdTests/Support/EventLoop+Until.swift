import Testing

@testable import AmtguardSystemd

extension EventLoop {
    /// Runs turns until a condition holds; false if it does not hold in time.
    func run(for time: Duration = .seconds(10), until isSo: () throws -> Bool) throws -> Bool {
        let deadline = BootClock.now + time
        while try !isSo() {
            guard BootClock.now < deadline else { return false }
            _ = try turn(timeout: .milliseconds(20))
        }
        return true
    }

    /// Runs turns for this time.
    func run(for time: Duration) throws {
        _ = try run(for: time) { false }
    }
}

/// A variable for a body, also to keep a source in.
final class Box<Value: ~Copyable> {
    var value: Value
    init(_ value: consuming Value) { self.value = value }
}
