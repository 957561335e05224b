import AmtguardCore
import CLinux

/// The program by which the kernel leaves out sockets on other ports, `INET_DIAG_REQ_BYTECODE`.
enum PortFilter {
    /// The most ranges in a program. With more, the kernel gets the whole span, and the result is filtered here.
    static let mostRanges = 64

    /// Each operation is a `struct inet_diag_bc_op`: code u8, offset if true u8, offset if false u16. An operation with
    /// a port is followed by one whose `no` is the port. A jump exactly to the end accepts; one beyond it rejects.
    static func program(_ ports: PortSet) -> [UInt8] {
        var ranges = ports.ranges
        if ranges.count > mostRanges, let first = ranges.first, let last = ranges.last {
            ranges = [first.lowerBound...last.upperBound]
        }
        var bytes: [UInt8] = []
        for (index, range) in ranges.enumerated() {
            // The offset of `yes` can't reach the end, so there is a jump after each range but the last.
            let left = ranges.count - 1 - index
            bytes.append(INET_DIAG_BC_S_GE, yes: 8, no: 20)
            bytes.append(INET_DIAG_BC_NOP, yes: 0, no: range.lowerBound)
            bytes.append(INET_DIAG_BC_S_LE, yes: 8, no: 12)
            bytes.append(INET_DIAG_BC_NOP, yes: 0, no: range.upperBound)
            if left > 0 { bytes.append(INET_DIAG_BC_JMP, yes: 4, no: UInt16(left * 20)) }
        }
        return bytes
    }
}

extension [UInt8] {
    fileprivate mutating func append(_ code: Int, yes: UInt8, no: UInt16) {
        append(UInt8(code))
        append(yes)
        append(native: no)
    }
}
