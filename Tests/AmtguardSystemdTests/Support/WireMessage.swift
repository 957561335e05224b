/// A message in wire format, built by hand.
struct WireMessage {
    var type: UInt8 = 1
    var isLittleEndian = true
    var sender: String? = ":1.7"
    var destination: String? = ":1.1"
    var path = "/org/example"
    var member = "Member"
    /// The text argument; none if it is nil.
    var text: String?
    /// Another field, before the sender.
    var extra: [UInt8] = []

    var bytes: [UInt8] {
        var fields: [UInt8] = []
        func field(_ code: UInt8, _ type: Character, _ value: String) {
            while fields.count % 8 != 0 { fields.append(0) }
            fields += [code, 1] + Array("\(type)\0".utf8)
            fields += type == "g" ? [UInt8(value.utf8.count)] : number(value.utf8.count)
            fields += Array("\(value)\0".utf8)
        }
        field(1, "o", path)
        if text != nil { field(8, "g", "s") }
        field(3, "s", member)
        if let destination { field(6, "s", destination) }
        while fields.count % 8 != 0 { fields.append(0) }
        fields += extra
        if let sender { field(7, "s", sender) }
        let body = text.map { number($0.utf8.count) + Array("\($0)\0".utf8) } ?? []
        var message = [isLittleEndian ? UInt8(ascii: "l") : UInt8(ascii: "B"), type, 0, 1]
        message += number(body.count) + number(1) + number(fields.count) + fields
        while message.count % 8 != 0 { message.append(0) }
        return message + body
    }

    private func number(_ value: Int) -> [UInt8] {
        let bytes = (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        return isLittleEndian ? bytes : bytes.reversed()
    }
}
