// A value becomes JSON by its own `encode(to:)`, which the compiler generates, so a new field of the status needs no
// other code. An absent value is null, so that every key is always present. (Foundation's encoder would omit its key.)

extension JSON {
    /// The JSON of a value; the keys have the order of its properties.
    init(encoding value: some Encodable) {
        let slot = Slot()
        slot.fill(value)
        self = slot.json
    }
}

/// A position in the JSON that is being built.
private final class Slot {
    private enum Content {
        case value(JSON)
        case members([(key: String, slot: Slot)])
        case elements([Slot])
    }

    private var content = Content.value(.null)

    var json: JSON {
        switch content {
        case .value(let value): value
        case .members(let members): .object(members.map { JSON.Member(key: $0.key, value: $0.slot.json) })
        case .elements(let elements): .array(elements.map(\.json))
        }
    }

    /// Numbers beyond 64 bits do not occur; they would be clamped.
    func fill(_ value: some Encodable) {
        switch value {
        case let text as String: content = .value(.string(text))
        case let flag as Bool: content = .value(.bool(flag))
        case let number as any BinaryInteger: content = .value(.number(Int64(clamping: number)))
        // Nothing here throws, so no value's own `encode(to:)` does.
        default: try? value.encode(to: SlotEncoder(slot: self))
        }
    }

    func becomeObject() { content = .members([]) }
    func becomeArray() { content = .elements([]) }

    /// A new member of the object.
    func member(_ key: any CodingKey) -> Slot {
        guard case .members(var members) = content else { preconditionFailure("not an object") }
        let slot = Slot()
        content = .value(.null)  // One owner, so that the array grows in place.
        members.append((key.stringValue, slot))
        content = .members(members)
        return slot
    }

    var count: Int { if case .elements(let elements) = content { elements.count } else { 0 } }

    /// A new element of the array.
    func element() -> Slot {
        guard case .elements(var elements) = content else { preconditionFailure("not an array") }
        let slot = Slot()
        content = .value(.null)
        elements.append(slot)
        content = .elements(elements)
        return slot
    }
}

private struct SlotEncoder: Encoder, SingleValueEncodingContainer {
    let slot: Slot
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        slot.becomeObject()
        return KeyedEncodingContainer(Members(slot: slot))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        slot.becomeArray()
        return Elements(slot: slot)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { self }
    func encodeNil() {}
    func encode(_ value: some Encodable) { slot.fill(value) }
}

private struct Members<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let slot: Slot
    var codingPath: [any CodingKey] { [] }

    func encodeNil(forKey key: Key) { _ = slot.member(key) }
    func encode(_ value: some Encodable, forKey key: Key) { slot.member(key).fill(value) }

    func encodeIfPresent(_ value: (some Encodable)?, forKey key: Key) { encode(optional: value, key) }

    private func encode(optional value: (some Encodable)?, _ key: Key) {
        let member = slot.member(key)
        if let value { member.fill(value) }
    }

    // For these types the protocol has its own defaults, which omit the key.
    func encodeIfPresent(_ value: Bool?, forKey key: Key) { encode(optional: value, key) }
    func encodeIfPresent(_ value: String?, forKey key: Key) { encode(optional: value, key) }
    func encodeIfPresent(_ value: Int?, forKey key: Key) { encode(optional: value, key) }
    func encodeIfPresent(_ value: Int8?, forKey key: Key) { encode(optional: value, key) }
    func encodeIfPresent(_ value: Int16?, forKey key: Key) { encode(optional: value, key) }
    func encodeIfPresent(_ value: Int32?, forKey key: Key) { encode(optional: value, key) }
    func encodeIfPresent(_ value: Int64?, forKey key: Key) { encode(optional: value, key) }
    func encodeIfPresent(_ value: UInt?, forKey key: Key) { encode(optional: value, key) }
    func encodeIfPresent(_ value: UInt8?, forKey key: Key) { encode(optional: value, key) }
    func encodeIfPresent(_ value: UInt16?, forKey key: Key) { encode(optional: value, key) }
    func encodeIfPresent(_ value: UInt32?, forKey key: Key) { encode(optional: value, key) }
    func encodeIfPresent(_ value: UInt64?, forKey key: Key) { encode(optional: value, key) }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> { SlotEncoder(slot: slot.member(key)).container(keyedBy: type) }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        SlotEncoder(slot: slot.member(key)).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { SlotEncoder(slot: slot) }
    func superEncoder(forKey key: Key) -> any Encoder { SlotEncoder(slot: slot.member(key)) }
}

private struct Elements: UnkeyedEncodingContainer {
    let slot: Slot
    var codingPath: [any CodingKey] { [] }
    var count: Int { slot.count }

    func encodeNil() { _ = slot.element() }
    func encode(_ value: some Encodable) { slot.element().fill(value) }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        SlotEncoder(slot: slot.element()).container(keyedBy: type)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        SlotEncoder(slot: slot.element()).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { SlotEncoder(slot: slot.element()) }
}
