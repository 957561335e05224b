// Attributes of nf_tables: nested, most numbers in the order of the network.

import SystemPackage

/// An attribute to send. Later it is compared with what the kernel shows.
struct NetlinkAttribute: Hashable {
    enum Value: Hashable {
        case bytes([UInt8])
        /// Attributes of different types, in any order.
        case fields([NetlinkAttribute])
        /// Attributes of the type NFTA_LIST_ELEM, in this order.
        case list([Value])
    }

    var type: CInt
    var value: Value

    init(_ type: some RawRepresentable<UInt32>, _ value: Value) {
        self.type = CInt(type.rawValue)
        self.value = value
    }

    init(_ type: some RawRepresentable<UInt32>, _ number: some FixedWidthInteger & BitwiseCopyable) {
        self.init(type, .bytes([UInt8](native: number.bigEndian)))
    }

    /// A text with a NUL at its end, the form in which the kernel shows it.
    init(_ type: some RawRepresentable<UInt32>, _ text: String) {
        self.init(type, .bytes(Array(text.utf8) + [0]))
    }

    init(_ type: some RawRepresentable<UInt32>, _ fields: [NetlinkAttribute]) {
        self.init(type, .fields(fields))
    }
}

extension [UInt8] {
    /// Appends attributes with their headers.
    ///
    /// The length of an attribute has 16 bits, which limits a list.
    mutating func append(_ attributes: [NetlinkAttribute]) {
        for attribute in attributes { append(attribute.type, attribute.value) }
    }

    private mutating func append(_ type: CInt, _ value: NetlinkAttribute.Value) {
        var inner: [UInt8] = []
        switch value {
        case .bytes(let bytes): return append(attribute: type, bytes)
        case .fields(let fields): inner.append(fields)
        case .list(let elements): for element in elements { inner.append(listElement, element) }
        }
        append(attribute: type | isNested, inner)
    }
}

/// NFTA_LIST_ELEM.
private let listElement: CInt = 1
/// NLA_F_NESTED.
private let isNested: CInt = 0x8000

extension NetlinkAttribute.Value {
    /// Whether `shown`, from the kernel, has all of this with the same values. It may have more fields.
    ///
    /// - Throws: `badMessage` if a length does not fit.
    func isShown(by shown: ArraySlice<UInt8>) throws(Errno) -> Bool {
        switch self {
        case .bytes(let bytes): return shown.elementsEqual(bytes)
        case .fields(let fields):
            let found = try NetlinkFields(shown)
            for field in fields {
                guard let value = found[field.type], try field.value.isShown(by: value) else { return false }
            }
            return true
        case .list(let elements):
            var rest = elements[...]
            var isSame = true
            try shown.forEachAttribute { (type, value) throws(Errno) in
                guard type == listElement, let element = rest.popFirst(), try element.isShown(by: value) else {
                    return isSame = false
                }
            }
            return isSame && rest.isEmpty
        }
    }
}

/// The attributes of a list, by their type.
///
/// Not a dictionary, for speed: a host may have twenty thousand rules of ten expressions each.
struct NetlinkFields {
    private let bytes: ArraySlice<UInt8>

    /// An empty list.
    init() { bytes = [] }

    /// - Throws: `badMessage` if a length does not fit.
    init(_ bytes: ArraySlice<UInt8>) throws(Errno) {
        self.bytes = bytes
        try bytes.forEachAttribute { (_, _) throws(Errno) in }
    }

    /// The value of an attribute; of several with one type, the last; `nil` without one.
    subscript(_ type: CInt) -> ArraySlice<UInt8>? {
        var found: ArraySlice<UInt8>?
        // The lengths fit.
        try? bytes.forEachAttribute { (other, value) throws(Errno) in if other == type { found = value } }
        return found
    }

    subscript(_ type: some RawRepresentable<UInt32>) -> ArraySlice<UInt8>? { self[CInt(type.rawValue)] }
}

extension ArraySlice<UInt8> {
    /// The attributes in these bytes.
    ///
    /// - Throws: `badMessage` if a length does not fit.
    func fields() throws(Errno) -> NetlinkFields { try NetlinkFields(self) }

    /// A number in the order of the network; `nil` if it is of another length.
    func number<Number: FixedWidthInteger & BitwiseCopyable>(_ type: Number.Type) -> Number? {
        guard count == MemoryLayout<Number>.size else { return nil }
        return native(type, at: 0).map(Number.init(bigEndian:))
    }

    /// A text of the kernel up to its NUL, as bytes, because its content may be hostile.
    var untilNUL: ArraySlice<UInt8> { prefix { $0 != 0 } }
}
