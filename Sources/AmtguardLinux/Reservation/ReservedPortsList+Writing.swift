public import AmtguardCore
import Glibc
public import SystemPackage

extension ReservedPortsList {
    /// Reserves `ports` in addition to the reserved ones.
    ///
    /// Two writers at the same instant can still lose bits, since the kernel takes no lock: read again afterwards.
    /// The corresponding C function is `pwrite`, at position 1.
    public borrowing func add(_ ports: PortSet) throws(Errno) {
        if let refusal { throw refusal }
        for piece in ports.pieces(ofAtMost: PortSet.writeLength) {
            try write(piece, at: 1)
        }
    }

    /// Writes one text, in one call as far as the kernel accepts it.
    borrowing func write(_ text: String, at position: off_t) throws(Errno) {
        let number = file.number
        var rest = Array(text.utf8)[...]
        var position = position
        while !rest.isEmpty {
            let count = try valueOrErrno {
                unsafe rest.withUnsafeBytes { unsafe pwrite(number, $0.baseAddress, $0.count, position) }
            }
            guard count > 0 else { throw .ioError }
            rest = rest.dropFirst(count)
            position = 1  // What the kernel left over adds to what it accepted.
        }
    }
}
