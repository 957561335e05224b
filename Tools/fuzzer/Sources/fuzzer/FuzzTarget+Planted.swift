// Parsers with one planted fault each. A fuzzer that does not find these faults, or writes no file, finds no others
// either.

import AmtguardFuzz

extension FuzzTarget {
    static let planted = [
        // Trusts an offset in the message.
        FuzzTarget("planted-trap") { bytes throws(Violation) in
            guard bytes.starts(with: "AMT".utf8), bytes.count > 3 else { return }
            precondition(bytes[Int(bytes[3])] < 0xFF || bytes.count < 1_000)
        },
        // Never reaches the end of a record without a length.
        FuzzTarget("planted-hang") { bytes throws(Violation) in
            guard bytes.starts(with: "AMT".utf8) else { return }
            var rest = bytes.dropFirst(3)
            while let length = rest.first { rest = rest.dropFirst(Int(length)) }
        },
        // Breaks a promise without trapping itself.
        FuzzTarget("planted-promise") { bytes throws(Violation) in
            if bytes.starts(with: "AMT".utf8) { throw Violation("planted") }
        },
    ]
}
