import AmtguardCore
import Testing

@Suite struct `The kernel's notation` {
    @Test(
        arguments: [
            ("", []),
            ("\n", []),
            ("0\n", [0...0]),
            ("623,664,16992-16995\n", [623...623, 664...664, 16992...16995]),
            ("16992-16995,623", [623...623, 16992...16995]),
            ("0-65535", [0...65535]),
            ("65535", [65535...65535]),
            ("1,2,3", [1...3]),
            ("7-7", [7...7]),
        ] as [(String, [ClosedRange<UInt16>])])
    func `is read as a set`(text: String, ranges: [ClosedRange<UInt16>]) throws {
        #expect(try PortSet(kernel: Array(text.utf8)) == PortSet(merging: ranges))
    }

    @Test(arguments: 0..<50 as Range<UInt64>)
    func `brings every set back`(seed: UInt64) throws {
        var random = Seeded(seed)
        let ranges = (0..<Int.random(in: 0...200, using: &random)).map { _ in
            let low = UInt16.random(in: .min ... .max, using: &random)
            return low...UInt16(min(65535, Int(low) + .random(in: 0...9, using: &random)))
        }
        let set = PortSet(merging: ranges)
        #expect(try PortSet(kernel: Array(set.description.utf8)) == set, "seed \(seed)")
        #expect(try PortSet(kernel: Array("\(set)\n".utf8)) == set, "seed \(seed)")
    }

    @Test(arguments: [
        ("0x10", "0x10"), ("1 2", "1 2"), ("1,,2", ""), (",1", ""), ("1,", ""), ("-", "-"), ("1-", "1-"),
        ("-1", "-1"), ("1-2-3", "1-2-3"), ("2-1", "2-1"), ("65536", "65536"), ("99999", "99999"),
        ("100000", "100000"), ("18446744073709551617", "18446744073709551617"), ("\n\n", "?"), ("1\r\n", "1?"),
        ("623,\u{1B}[2J,1", "?[2J"), ("+1", "+1"), ("\u{FF11}", "???"), ("1\0", "1?"),
        (String(repeating: "9", count: 100_000), String(repeating: "9", count: 40) + "…"),
    ])
    func `refuses a text that is not a list, and names the part`(text: String, part: String) {
        #expect {
            try PortSet(kernel: Array(text.utf8))
        } throws: {
            ($0 as? PortSet.SyntaxError)?.text == part
        }
    }

    @Test(arguments: 0..<300 as Range<UInt64>)
    func `meets any bytes with a set or an error`(seed: UInt64) {
        var random = Seeded(seed)
        let alphabet = Array("0123456789,,--\n \u{0}x".utf8) + [0xFF, 0x80]
        let bytes = (0..<Int.random(in: 0...12, using: &random)).compactMap { _ in
            alphabet.randomElement(using: &random)
        }
        do throws(PortSet.SyntaxError) {
            let set = try PortSet(kernel: bytes)
            #expect((try? PortSet(kernel: Array(set.description.utf8))) == set, "\(bytes)")
        } catch {
            #expect(error.text.unicodeScalars.allSatisfy { $0 == "…" || (0x20...0x7E).contains($0.value) })
        }
    }

    @Test func `holds 32,768 single ports without losing one`() throws {
        let odd = PortSet(merging: stride(from: 1, through: 65535, by: 2).map { UInt16($0)...UInt16($0) })
        let text = odd.description
        #expect(odd.count == 32_768 && odd.ranges.count == 32_768)
        #expect(text.utf8.count > 4_095 * 45)
        #expect(try PortSet(kernel: Array(text.utf8)) == odd)
        let merged = odd.union(amt)
        #expect(merged.isSuperset(of: odd) && merged.isSuperset(of: amt) && merged.count == 32_768 + 3)
        #expect(merged.subtracting("664,16992,16994") == odd)
        let pieces = merged.pieces(ofAtMost: 4_095)
        let joined = try PortSet(merging: pieces.flatMap { try PortSet(kernel: Array($0.utf8)).ranges })
        #expect(joined == merged)
    }

    @Test(arguments: [11, 12, 13, 20, 100, 4_095], 0..<5 as Range<UInt64>)
    func `comes in pieces that never exceed, and join to the set`(length: Int, seed: UInt64) {
        var random = Seeded(seed)
        let set = PortSet(
            merging: (0..<300).map { _ in
                let low = UInt16.random(in: 0...65_000, using: &random)
                return low...(low + UInt16.random(in: 0...3, using: &random))
            })
        let pieces = set.pieces(ofAtMost: length)
        #expect(pieces.allSatisfy { !$0.isEmpty && $0.utf8.count <= length }, "seed \(seed)")
        #expect(pieces.joined(separator: ",") == set.description, "seed \(seed)")
        // As few pieces as possible: none had room for the first range of the next one.
        for (piece, next) in zip(pieces, pieces.dropFirst()) {
            #expect(piece.utf8.count + 1 + next.prefix { $0 != "," }.utf8.count > length, "seed \(seed)")
        }
        #expect(pieces.allSatisfy { (try? PortSet(kernel: Array($0.utf8))) != nil }, "seed \(seed)")
        #expect(PortSet().pieces(ofAtMost: length).isEmpty)
    }

    @Test(
        arguments: [
            ("", 10, ""), ("623,664", 10, "623,664"), ("623,664,5000", 10, "623,664,… (3 ports)"),
            ("623,664,5000", 12, "623,664,5000"), ("1-1000,2000", 6, "1-1000,… (1001 ports)"),
            ("11111-22222", 3, "11111-22222"),
        ] as [(PortSet, Int, String)])
    func `is cut between two ports for people`(set: PortSet, length: Int, text: String) {
        #expect(set.abbreviated(to: length) == text)
    }

    @Test(
        arguments: [
            (32768, 60999, 1024, "32768-60999"), (1024, 65535, 1024, "1024-65535"), (100, 2000, 500, "500-2000"),
            (100, 2000, 0, "100-2000"), (100, 2000, 2000, "2000"), (100, 2000, 2001, ""),
        ] as [(UInt16, UInt16, UInt16, PortSet)])
    func `tells the reach of the kernel's choice`(low: UInt16, high: UInt16, start: UInt16, reach: PortSet) {
        #expect(KernelChoice(ephemeralRange: low...high, unprivilegedStart: start).reach == reach)
    }
}
