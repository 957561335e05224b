// Removes ports, although the kernel has no such operation.
//
// Only a write at position 0 clears bits, and it replaces the whole list: read, subtract, write, read again. If another
// writer adds ports between our reading and our write, they are lost, and no reading can show this. So this window must
// be as short as possible: the text to write is prepared, then the list is read once more, compared as bytes, and
// written at once: 3 µs instead of some 10.
//
// A list of more than 4,000 bytes would need several writes: the first replaces the list, the others add to it. A kill
// or an error between them would lose ports of other programs. So nothing is removed from such a list; a needless
// reservation does no harm.

public import AmtguardCore
public import SystemPackage

extension ReservedPortsList {
    /// Why ports could not be removed.
    public enum RemovalError: Error, Hashable {
        /// The list could not be read.
        case read(ReadError)
        /// The list could not be written.
        case write(Errno)
        /// Other programs kept changing the list. Some of the ports may still be in it.
        case busy
        /// The remaining list does not fit one write. Nothing was done.
        case tooLong
    }

    /// The most writes. Each further write follows a lost race.
    private static let rounds = 8
    /// The most preparations. While a program adds port after port, most texts are outdated before they are written;
    /// preparing another one does no harm.
    private static let looks = 64

    /// Removes `ports` from the list and keeps the others.
    ///
    /// - Returns: The list after the removal. If it can't be read after the write, the list that was written; the
    ///   caller reads it again.
    public mutating func remove(_ ports: PortSet) throws(RemovalError) -> PortSet {
        var written: PortSet?
        do throws(RemovalError) {
            return try remove(ports, noting: &written)
        } catch {
            guard case .read = error, let written else { throw error }
            return written
        }
    }

    private mutating func remove(_ ports: PortSet, noting written: inout PortSet?) throws(RemovalError) -> PortSet {
        var rounds = 0
        for _ in 0..<Self.looks {
            let found = try reading()
            let kept = found.subtracting(ports)
            guard kept != found else { return found }
            guard kept.fitsOneWrite else { throw .tooLong }
            guard rounds < Self.rounds else { break }
            let text = kept.isEmpty ? "\n" : kept.description
            guard try isStillTheSame() else { continue }
            rounds += 1
            try writing { (list) throws(Errno) in try list.write(text, at: 0) }
            written = kept
        }
        throw .busy
    }

    private mutating func reading() throws(RemovalError) -> PortSet {
        do { return try read() } catch { throw .read(error) }
    }

    private mutating func isStillTheSame() throws(RemovalError) -> Bool {
        do { return try isUnchanged() } catch { throw .read(error) }
    }

    private borrowing func writing(
        _ body: (borrowing ReservedPortsList) throws(Errno) -> Void
    ) throws(RemovalError) {
        if let refusal { throw .write(refusal) }
        do { try body(self) } catch { throw .write(error) }
    }
}
