import AmtguardCore
import Testing

@Suite struct `The memory` {
    static let some = Memory(
        scope: scope, ownership: Ownership(owned: amt, list: amt.union("8080").fingerprint), sawCSME: true)

    @Test(arguments: [
        some, Memory(scope: scope), Memory(scope: scope, ownership: Ownership(list: 0), sawCSME: false),
        Memory(scope: scope, ownership: Ownership(owned: "1", list: .max), sawCSME: true),
        Memory(scope: scope, sawCSME: true, sighting: .provisionedAdmin), Memory(scope: scope, sighting: .present),
        Memory(scope: scope, ownership: Ownership(owned: amt, list: 1, act: Ownership.Act(.adding, "5900", list: 2))),
        Memory(scope: scope, ownership: Ownership(list: 1, act: Ownership.Act(.removing, "5900-5910", list: .max))),
    ])
    func `comes back as it was written`(memory: Memory) {
        #expect(Memory(parsing: Array(memory.encoded.utf8), scope: scope) == memory)
        #expect(memory.encoded.hasSuffix("\n") && memory.encoded.dropLast().contains("\n") == false)
    }

    @Test func `is read from a record of a former version, and from one of a later`() {
        let former = "amtguard-memory=1 boot=b007 namespace=4:4026531840 owned=623 list=ff csme=1\n"
        #expect(Memory(parsing: Array(former.utf8), scope: scope)?.sighting == nil)
        #expect(Memory(parsing: Array(former.utf8), scope: scope)?.sawCSME == true)
        let later = former.replacing("csme", with: "amt=provisioned-remotely new=1 csme")
        #expect(Memory(parsing: Array(later.utf8), scope: scope)?.sighting == .present)
    }

    /// The words that versions without acts read.
    @Test func `is understood by a former version as the list before the act`() {
        let ownership = Ownership(owned: amt, list: 0xAB, act: Ownership.Act(.adding, "5900", list: 0xCD))
        let words = Memory(scope: scope, ownership: ownership).encoded.split(separator: " ")
        #expect(words.filter { $0.hasPrefix("owned=") } == ["owned=623,664,16992-16995"])
        #expect(words.filter { $0.hasPrefix("list=") } == ["list=ab"])
        #expect(words.contains("adding=5900") && words.contains("then=cd"))
    }

    @Test(arguments: ["adding=x then=1", "adding=1", "adding=1 then=x", "adding=1 removing=2 then=1"])
    func `is nothing where its act is damaged`(act: String) {
        let record = "amtguard-memory=1 boot=b007 namespace=4:4026531840 owned=623 list=ff \(act) csme=1\n"
        #expect(Memory(parsing: Array(record.utf8), scope: scope) == nil)
    }

    @Test(arguments: [
        Memory.Scope(boot: "other", namespace: "4:4026531840"), Memory.Scope(boot: "b007", namespace: "4:1"),
    ])
    func `is of one boot and one network namespace only`(other: Memory.Scope) {
        #expect(Memory(parsing: Array(Self.some.encoded.utf8), scope: other) == nil)
    }

    @Test func `is nothing where any byte of it is missing`() {
        let record = Array(Self.some.encoded.utf8)
        for length in 0..<(record.count - 1) {
            #expect(Memory(parsing: record.prefix(length), scope: scope) == nil, "\(length) bytes")
        }
    }

    @Test(arguments: [
        ("owned=623", "owned=x"), ("owned=", "own="), ("list=", "list=xyz"), ("csme=1", ""), ("=1 ", "=2 "),
        ("amtguard-memory", "memory"), ("boot=", "boot"), ("list=", "list=-"), ("16992", "99999"),
    ])
    func `is nothing where it is damaged`(part: String, damage: String) {
        let text = Self.some.encoded
        guard let at = text.firstRange(of: part) else { return #expect(Bool(false), "\(part)") }
        let damaged = text.replacingCharacters(in: at, with: damage)
        #expect(Memory(parsing: Array(damaged.utf8), scope: scope) == nil)
    }

    @Test(arguments: 0..<100 as Range<UInt64>)
    func `meets any bytes without a crash`(seed: UInt64) {
        var random = Seeded(seed)
        var record = Array(Self.some.encoded.utf8)
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            record[Int.random(in: record.indices, using: &random)] = .random(in: .min ... .max, using: &random)
        }
        let memory = Memory(parsing: record, scope: scope)
        #expect(memory == nil || memory?.scope == scope)
    }

    @Test func `holds what a configuration asked for that can't be read at the next start`() {
        let list = amt.union("40000-40010")
        let memory = Memory(
            scope: scope, ownership: Ownership(owned: "16992-16995,40000-40010", list: list.fingerprint), sawCSME: true)
        var guardian = Guardian(remembering: memory)
        func effects(_ observation: Guardian.Observation) -> [Effect] { guardian.observe(observation, at: at(100)) }
        _ = effects(.configuration(Configuration(), VerdictTests.problems))
        _ = effects(.presence(.csme))
        #expect(!effects(.list(.ports(list), .request)).contains { if case .remove = $0 { true } else { false } })
        #expect(guardian.memory.ownership.owned == "16992-16995,40000-40010")
        // Nor if the refused word may be the mode, and AMT is impossible.
        _ = effects(.presence(.without))
        #expect(!effects(.list(.ports(list), .request)).contains { if case .remove = $0 { true } else { false } })
        _ = effects(.presence(.csme))
        // A readable configuration removes what it does not require.
        _ = effects(.configuration(Configuration(), []))
        #expect(effects(.list(.ports(list), .request)).contains(.remove("40000-40010")))
    }

    @Test(arguments: [("b007", "4:1", true), ("unknown", "4:1", false), ("b007", "unknown", false)])
    func `can be compared only if its boot and its namespace are known`(boot: String, namespace: String, isKnown: Bool)
    {
        #expect(Memory.Scope(boot: boot, namespace: namespace).isKnown == isKnown)
    }
}

extension String {
    fileprivate func firstRange(of part: String) -> Range<String.Index>? {
        indices.first { self[$0...].hasPrefix(part) }.map { $0..<index($0, offsetBy: part.count) }
    }

    fileprivate func replacingCharacters(in range: Range<String.Index>, with text: String) -> String {
        var copy = self
        copy.replaceSubrange(range, with: text)
        return copy
    }
}
