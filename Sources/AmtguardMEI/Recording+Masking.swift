// A recording is meant to be published, so the bytes that identify the machine are replaced.

import AmtguardCore

extension Recording {
    /// The recording with MAC addresses, public IPv4 addresses, the machine's UUID and names of servers replaced; equal
    /// values get equal replacements.
    ///
    /// An all-zero address stays, because it means that there is no interface. Private addresses stay too, because
    /// judgements depend on them.
    public var masked: Recording {
        var mask = Mask()
        for device in devices { mask.learn(device.events) }
        var copy = self
        for index in copy.devices.indices {
            copy.devices[index].events = devices[index].events.map(mask.masked)
        }
        return copy
    }
}

/// The bytes to replace, and their replacements.
private struct Mask {
    private var replacements: [(secret: [UInt8], mask: [UInt8])] = []
    /// Replaced only at their known position, because four bytes may occur by chance.
    private var publicAddresses: [IPv4Address] = []

    /// Collects the addresses and the UUID from whole replies.
    mutating func learn(_ events: [Recording.Event]) {
        for case .read(.bytes(let bytes)) in events {
            for request in [AMTHI.Request.wiredSettings, .wirelessSettings] {
                if let settings = try? LANSettings(parsing: bytes, to: request), !settings.mac.isZero {
                    // Locally administered, so that it does not look like a real address.
                    add(settings.mac.octets) { [0x02, 0, 0, 0, 0, UInt8(truncatingIfNeeded: $0)] }
                }
            }
            if let address = Self.publicAddress(in: bytes), !publicAddresses.contains(address) {
                publicAddresses.append(address)
            }
            // All zeros or all ones: the maker has set none.
            if let uuid = try? GUID(parsing: bytes, to: .uuid), Set(uuid.wire).count > 1 {
                add(uuid.wire) { [UInt8](repeating: UInt8(truncatingIfNeeded: $0), count: 16) }
            }
        }
    }

    private mutating func add(_ secret: [UInt8], _ mask: (Int) -> [UInt8]) {
        guard !replacements.contains(where: { $0.secret == secret }) else { return }
        replacements.append((secret, mask(replacements.count + 1)))
    }

    /// An event without these bytes at any position, because a garbled reply may contain them as well.
    func masked(_ event: Recording.Event) -> Recording.Event {
        guard case .read(.bytes(var bytes)) = event else { return event }
        for (secret, mask) in replacements { bytes.replace(secret, with: mask) }
        if let address = Self.publicAddress(in: bytes), let index = publicAddresses.firstIndex(of: address) {
            // An address for documentation, as the little-endian number that the reply contains.
            bytes.replaceSubrange(Self.addressPlace, with: [UInt8(truncatingIfNeeded: index + 1), 2, 0, 192])
        }
        if let access = try? RemoteAccess(parsing: bytes, to: .remoteAccess), !access.host.isEmpty {
            for place in bytes.indices[Self.serverPlace...] where !Self.keptInNames.contains(bytes[place]) {
                bytes[place] = UInt8(ascii: "x")
            }
        }
        if let unread = Self.firstUnread(in: bytes) {
            bytes.replaceSubrange(unread..., with: [UInt8](repeating: 0, count: bytes.count - unread))
        }
        return .read(.bytes(bytes))
    }

    /// The address in a reply about an interface, if it is an address of the internet.
    private static func publicAddress(in bytes: [UInt8]) -> IPv4Address? {
        guard let address = (try? LANSettings(parsing: bytes, to: .wiredSettings))?.ipv4, address.isPublic else {
            return nil
        }
        return address
    }

    /// The start of the bytes with unknown content: what newer firmware appends, and all of a reply about an address,
    /// the UUID or a server that can't be parsed. `nil` if there are none.
    private static func firstUnread(in bytes: [UInt8]) -> Int? {
        guard let request = AMTHI.Request.allCases.first(where: { AMTHI.isReply(bytes, to: $0) }) else { return nil }
        do {
            let surplus = try request.surplus(of: bytes)
            return surplus > 0 ? bytes.count - surplus : nil
        } catch {
            let isIdentifying = [.wiredSettings, .uuid, .remoteAccess].contains(request)
            return isIdentifying ? min(bytes.count, beforePayload) : nil
        }
    }

    /// Header and status.
    private static let beforePayload = 16
    /// The IPv4 address in a reply about an interface, and the start of the server's name in a reply about remote
    /// access.
    private static let addressPlace = 20..<24
    private static let serverPlace = 30
    /// Only the shape of a name stays: a name may have letters of any alphabet.
    private static let keptInNames: Set<UInt8> = [UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: ":")]
}

extension [UInt8] {
    /// Replaces each occurrence of `secret` by as many bytes of `mask`.
    fileprivate mutating func replace(_ secret: [UInt8], with mask: [UInt8]) {
        guard count >= secret.count else { return }
        var index = 0
        while index + secret.count <= count {
            if self[index..<(index + secret.count)].elementsEqual(secret) {
                replaceSubrange(index..<(index + secret.count), with: mask)
                index += secret.count
            } else {
                index += 1
            }
        }
    }
}
