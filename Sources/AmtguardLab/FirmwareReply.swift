public import AmtguardCore

// The firmware's replies, written as bytes; the core has their parsers.

/// A reply of AMTHI that can be written.
public protocol FirmwareReply: AMTHIReply {
    /// The fields after the status, in their order.
    func fields(for request: AMTHI.Request) -> [UInt8]
}

extension FirmwareReply {
    /// The bytes of the whole reply.
    public func encoded(to request: AMTHI.Request) -> [UInt8] {
        AMTHI.reply(to: request, .success, fields(for: request))
    }
}

extension AMTHI {
    /// The bytes of a reply that refuses: header and status alone.
    public static func refusal(of request: Request, _ status: AMTStatus) -> [UInt8] {
        reply(to: request, status, [])
    }

    fileprivate static func reply(to request: Request, _ status: AMTStatus, _ fields: [UInt8]) -> [UInt8] {
        var head = Array(request.encoded.prefix(8))
        head[6] |= 0x80  // The response bit of the command.
        return head + UInt32(4 + fields.count).littleEndianBytes + status.rawValue.littleEndianBytes + fields
    }
}

extension AMTHI.Request {
    /// The parameter of the question, which some replies repeat.
    fileprivate var parameterBytes: [UInt8] { Array(encoded.dropFirst(12)) }
}

extension CodeVersions: FirmwareReply {
    public func fields(for request: AMTHI.Request) -> [UInt8] {
        padded(bios, 65) + UInt32(rows.count).littleEndianBytes
            + rows.flatMap { counted($0.name, in: 20) + counted($0.version, in: 20) }
    }
}

extension ProvisioningState: FirmwareReply {
    public func fields(for request: AMTHI.Request) -> [UInt8] { rawValue.littleEndianBytes }
}

extension ControlMode: FirmwareReply {
    public func fields(for request: AMTHI.Request) -> [UInt8] { rawValue.littleEndianBytes }
}

extension LANSettings: FirmwareReply {
    public func fields(for request: AMTHI.Request) -> [UInt8] {
        flag(enabled) + ipv4.bits.littleEndianBytes + flag(dhcpEnabled)
            + [UInt8(clamping: dhcpMode.rawValue), link ? 1 : 0] + mac.octets
    }
}

extension SecurityParameters: FirmwareReply {
    public func fields(for request: AMTHI.Request) -> [UInt8] {
        let numbers = [false, tls, false, false, networkInterfaceEnabled, sol, ider, false, link, kvm]
        return (numbers + [Bool](repeating: false, count: 7)).flatMap(flag)
    }
}

extension RedirectionState: FirmwareReply {
    public func fields(for request: AMTHI.Request) -> [UInt8] { rawValue.littleEndianBytes }
}

extension WebUIState: FirmwareReply {
    public func fields(for request: AMTHI.Request) -> [UInt8] { request.parameterBytes + flag(enabled) }
}

extension KVMState: FirmwareReply {
    public func fields(for request: AMTHI.Request) -> [UInt8] { request.parameterBytes + rawValue.littleEndianBytes }
}

extension RemoteAccess: FirmwareReply {
    public func fields(for request: AMTHI.Request) -> [UInt8] {
        [network.rawValue, connection.rawValue, trigger.rawValue].flatMap(\.littleEndianBytes)
            + UInt16(clamping: host.utf8.count).littleEndianBytes + host.utf8
    }
}

extension GUID: FirmwareReply {
    public func fields(for request: AMTHI.Request) -> [UInt8] { wire }
}

extension MKHI.Features {
    /// The bytes of the whole reply of MKHI.
    public func encoded(to rule: MKHI.Rule) -> [UInt8] {
        var head = rule.encoded
        head[1] |= 0x80  // The response bit of the command.
        return head + [4] + rawValue.littleEndianBytes
    }
}

private func flag(_ value: Bool) -> [UInt8] { UInt32(value ? 1 : 0).littleEndianBytes }

/// A text in a field of fixed size, padded with zeros; a longer text is cut.
private func padded(_ text: String, _ size: Int) -> [UInt8] {
    let cut = text.utf8.prefix(size)
    return cut + [UInt8](repeating: 0, count: size - cut.count)
}

/// A text with its length, in a field of fixed size.
private func counted(_ text: String, in size: Int) -> [UInt8] {
    UInt16(clamping: min(text.utf8.count, size)).littleEndianBytes + padded(text, size)
}
