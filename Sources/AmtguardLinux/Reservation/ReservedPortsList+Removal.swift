// Taking ports out of a list that has no operation for it.
//
// Only a write at position 0 clears bits, and it replaces the whole list: read, subtract, write, read again. What
// another writer adds between our reading and our write is lost, and no reading can show it. So that window is made
// as short as it gets: the text to write is prepared, then the list is read once more, compared as bytes, and written
// at once: 3 µs instead of some 10.
//
// A list of more than 4,000 bytes takes several writes: the first replaces, the others add, and in between the list
// has a hole. Who reads it then and writes back what he saw, or adds in the same instant, may take bits of the later
// pieces with him. Bits of the first piece cannot get lost that way: before our write they were in the list already.
// Hence, where a port that ought to have stayed is missing afterwards:
// - and the first piece is whole: it fell into our hole, and is added again;
// - and the first piece is not whole: somebody replaced the list on purpose. His list stands; it is only looked
//   through for our ports like any other.

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
    }

    /// Writing again is for a lost race; eight in a row are a quarrel.
    private static let rounds = 8
    /// Preparing again is harmless, and a list that somebody fills port by port changes during most preparations.
    private static let looks = 64

    /// Takes `ports` out of the list and leaves the others.
    ///
    /// - Returns: What the list holds in the end.
    public mutating func remove(_ ports: PortSet) throws(RemovalError) -> PortSet {
        var written: (first: PortSet, others: PortSet)?
        var rounds = 0
        for _ in 0..<Self.looks {
            let found = try reading()
            if let written, found.isSuperset(of: written.first) {
                let lost = written.others.subtracting(found)
                if !lost.isEmpty, rounds < Self.rounds {
                    rounds += 1
                    try writing { (list) throws(Errno) in try list.add(lost) }
                    continue
                }
            }
            let kept = found.subtracting(ports)
            guard kept != found else { return found }
            guard rounds < Self.rounds else { break }
            let pieces = kept.isEmpty ? ["\n"] : kept.pieces(ofAtMost: Self.pieceLength)
            guard try isStillTheSame() else { continue }
            rounds += 1
            try writing { (list) throws(Errno) in
                for (index, piece) in pieces.enumerated() { try list.write(piece, at: index == 0 ? 0 : 1) }
            }
            written = nil
            if pieces.count > 1, let first = try? PortSet(kernel: pieces[0].utf8) {
                written = (first, kept.subtracting(first))
            }
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
