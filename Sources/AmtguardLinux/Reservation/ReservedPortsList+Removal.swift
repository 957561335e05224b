// Taking ports out of a list that has no operation for it.
//
// Only a write at position 0 clears bits, and it replaces the whole list: read, subtract, write, read again. What
// another writer adds between our reading and our write is lost, and no reading can show it. So that window is made
// as short as it gets: the text to write is prepared, then the list is read once more, compared as bytes, and written
// at once: 3 µs instead of some 10.
//
// A list of more than 4,000 bytes would need several writes: the first replaces the list, the others add to it. A kill
// or an error between them would lose ports of other programs. So nothing is removed from such a list; a needless
// reservation costs nothing.

public import AmtguardCore
public import SystemPackage

extension ReservedPortsList {
    /// Why ports could not be removed.
    public enum RemovalError: Error, Hashable {
        /// The list could not be read.
        case read(ReadError)
        /// The list could not be written.
        case write(Errno)
        /// Other writers never left it alone: some of the ports may still be there.
        case busy
        /// The remaining list does not fit one write. Nothing was done.
        case tooLong
    }

    /// Writing again is for a lost race; eight in a row are a quarrel.
    private static let rounds = 8
    /// Preparing again is harmless, and a list that somebody fills port by port changes during most preparations.
    private static let looks = 64

    /// Takes `ports` out of the list and leaves the others.
    ///
    /// - Returns: What the list holds in the end.
    public mutating func remove(_ ports: PortSet) throws(RemovalError) -> PortSet {
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
