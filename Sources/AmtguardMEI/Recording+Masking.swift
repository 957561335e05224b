// A recording is meant to be given away. So the bytes that identify the machine are replaced.

import AmtguardCore

extension Recording {
    /// The same with MAC addresses and the machine's UUID replaced; equal ones get equal replacements.
    ///
    /// An all-zero address stays: it says that there is no interface.
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

/// Which bytes are replaced by which.
private struct Mask {
    private var replacements: [(secret: [UInt8], mask: [UInt8])] = []

    /// Learns the addresses and the UUID from whole replies.
    mutating func learn(_ events: [Recording.Event]) {
        for case .read(.bytes(let bytes)) in events {
            for request in [AMTHI.Request.wiredSettings, .wirelessSettings] {
                if let settings = try? LANSettings(parsing: bytes, to: request), !settings.mac.isZero {
                    // Locally administered, so that it is not mistaken for a real one.
                    add(settings.mac.octets) { [0x02, 0, 0, 0, 0, UInt8(truncatingIfNeeded: $0)] }
                }
            }
            if let uuid = try? GUID(parsing: bytes, to: .uuid) {
                add(uuid.wire) { [UInt8](repeating: UInt8(truncatingIfNeeded: $0), count: 16) }
            }
        }
    }

    private mutating func add(_ secret: [UInt8], _ mask: (Int) -> [UInt8]) {
        guard !replacements.contains(where: { $0.secret == secret }) else { return }
        replacements.append((secret, mask(replacements.count + 1)))
    }

    /// An event without them, wherever they stand: a garbled reply may contain them as well.
    func masked(_ event: Recording.Event) -> Recording.Event {
        guard case .read(.bytes(var bytes)) = event else { return event }
        for (secret, mask) in replacements { bytes.replace(secret, with: mask) }
        if isUnread(bytes) {
            // It is unknown what such a reply holds if it is incomplete, so nothing of it is kept.
            let kept = min(bytes.count, Self.beforePayload)
            bytes.replaceSubrange(kept..., with: [UInt8](repeating: 0, count: bytes.count - kept))
        }
        return .read(.bytes(bytes))
    }

    /// A reply to a question for an address or the UUID that can't be parsed, and is not a refusal.
    private func isUnread(_ bytes: [UInt8]) -> Bool {
        [AMTHI.Request.wiredSettings, .uuid].contains { request in
            guard AMTHI.isReply(bytes, to: request) else { return false }
            do throws(WireError) {
                switch request {
                case .uuid: _ = try GUID(parsing: bytes, to: request)
                default: _ = try LANSettings(parsing: bytes, to: request)
                }
                return false
            } catch {
                return true
            }
        }
    }

    /// Header and status.
    private static let beforePayload = 16
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
