import AmtguardSystemd

extension FuzzTarget {
    /// The bytes of a bus after its greeting. The first byte decides how the stream is cut into pieces.
    @Sendable static func busMessages(_ bytes: [UInt8]) throws(Violation) {
        guard let first = bytes.first else { return }
        let stream = bytes.dropFirst()
        for verdict in [MessageSieve.Judgement.pass, .postpone, .drop] {
            let whole = sift(stream, piece: .max, verdict)
            try require(sift(stream, piece: Int(first) + 1, verdict) == whole, "the pieces make no difference")
            guard let whole else { continue }
            try require(whole.passed.count + whole.kept.count <= stream.count, "nothing is added")
            // One message may be in progress when the space is used up.
            let room = MessageSieve.mostWaiting + MessageSieve.most
            try require(whole.kept.count <= room, "what waits has a bound: \(whole.kept.count)")
        }
    }

    private struct Sifted: Equatable {
        var passed: [UInt8] = []
        var kept: [UInt8] = []
    }

    /// - Returns: `nil` for bytes that are not D-Bus.
    private static func sift(_ stream: ArraySlice<UInt8>, piece: Int, _ verdict: MessageSieve.Judgement) -> Sifted? {
        var sieve = MessageSieve()
        var sifted = Sifted()
        do throws(MessageSieve.Nonsense) {
            _ = try sieve.take(Array("OK 0\r\n".utf8)[...]) { _, _ in verdict }
            var rest = stream
            while !rest.isEmpty {
                sifted.passed += try sieve.take(rest.prefix(piece)) { _, _ in verdict }
                rest = rest.dropFirst(piece)
            }
        } catch {
            return nil
        }
        sifted.kept = sieve.release()
        return sifted
    }
}
