import AmtguardCore
import Testing

@testable import AmtguardDaemon

@Suite struct `The lock of another process` {
    @Test func `counts from when it was first seen, until the lock is free`() {
        var displacement = Displacement()
        func hasLasted(_ now: Int) -> Bool {
            displacement.hasLasted(.seconds(3), at: Instant(sinceBoot: .seconds(now)))
        }
        #expect(!hasLasted(100))
        #expect(!hasLasted(102))
        #expect(hasLasted(103))
        displacement.end()
        #expect(!hasLasted(104))
        #expect(!hasLasted(106))
        #expect(hasLasted(107))
    }
}
