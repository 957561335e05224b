import AmtguardCore
import AmtguardLab

extension FuzzTarget {
    /// Bytes in reply to any question of AMTHI.
    @Sendable static func amthiReplies(_ bytes: [UInt8]) throws(Violation) {
        try amthiReply(bytes)
        // Few mutations keep the length in the header correct. With a wrong length, the bytes after it would not be
        // tested.
        let mended = withTrueLength(bytes)
        if mended != bytes { try amthiReply(mended) }
    }

    private static func amthiReply(_ bytes: [UInt8]) throws(Violation) {
        var answer = FirmwareAnswer(.answered)
        var isKnown = false
        for request in AMTHI.Request.allCases {
            let isParsed = try comesBack(bytes, from: request)
            guard AMTHI.isReply(bytes, to: request) else {
                try require(!isParsed, "no reply to \(request) is one to another command")
                continue
            }
            let error = answer.take(bytes, for: request)
            // If the same bytes answer both interfaces, the second reply counts as repeated.
            try require(
                (error == nil || error == .repeated) == isParsed,
                "the answer knows what was said, and nothing else: \(request)")
            if let error { try requireOneLine(error.description, atMost: 100) }
            isKnown = isKnown || isParsed
        }
        if isKnown { try requireTellable(answer) }
    }

    private static func withTrueLength(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.count >= 12 else { return bytes }
        var bytes = bytes
        for (index, shift) in [0, 8, 16, 24].enumerated() {
            bytes[8 + index] = UInt8(truncatingIfNeeded: (bytes.count - 12) >> shift)
        }
        return bytes
    }

    /// Whether the bytes are a reply to `request`.
    private static func comesBack(_ bytes: [UInt8], from request: AMTHI.Request) throws(Violation) -> Bool {
        switch request {
        case .codeVersions:
            let versions = try comesBack(CodeVersions.self, bytes, request)
            try require((versions?.rows.count ?? 0) * 44 <= bytes.count, "no more rows than there are bytes for")
            return versions != nil
        case .provisioningState: return try comesBack(ProvisioningState.self, bytes, request) != nil
        case .controlMode: return try comesBack(ControlMode.self, bytes, request) != nil
        case .wiredSettings, .wirelessSettings: return try comesBack(LANSettings.self, bytes, request) != nil
        case .securityParameters: return try comesBack(SecurityParameters.self, bytes, request) != nil
        case .redirectionState: return try comesBack(RedirectionState.self, bytes, request) != nil
        case .webUI: return try comesBack(WebUIState.self, bytes, request) != nil
        case .kvm: return try comesBack(KVMState.self, bytes, request) != nil
        case .remoteAccess:
            let access = try comesBack(RemoteAccess.self, bytes, request)
            try requireOneLine(access?.host ?? "", atMost: bytes.count)
            return access != nil
        case .uuid: return try comesBack(GUID.self, bytes, request) != nil
        }
    }

    private static func comesBack<Reply: FirmwareReply>(
        _: Reply.Type, _ bytes: [UInt8], _ request: AMTHI.Request
    ) throws(Violation) -> Reply? {
        guard let (reply, surplus) = try? Reply.parse(bytes, to: request) else { return nil }
        try require((0...bytes.count).contains(surplus), "no more is left over than there is: \(surplus)")
        let again = try? Reply(parsing: reply.encoded(to: request), to: request)
        try require(again == reply, "encoded and parsed again it is the same: \(reply)")
        let cut = try? Reply(parsing: withTrueLength(bytes.dropLast(surplus + 1)), to: request)
        try require(cut == nil, "a reply without its last byte is none: \(reply)")
        return reply
    }

    /// Bytes in reply to any question of MKHI.
    @Sendable static func mkhiReplies(_ bytes: [UInt8]) throws(Violation) {
        for rule in MKHI.Rule.allCases {
            var answer = FirmwareAnswer(.answered)
            if let error = answer.take(bytes, for: rule) {
                try requireOneLine(error.description, atMost: 100)
                continue
            }
            var known = Array(bytes.prefix(13))
            known[8] = 4  // Newer firmware may append bytes.
            let again = (try? MKHI.Features(parsing: bytes, to: rule))?.encoded(to: rule)
            try require(again == known, "there is one way to write a reply: \(bytes)")
            try requireTellable(answer)
        }
    }

    /// The driver's reply after it connected a client.
    @Sendable static func connectReply(_ bytes: [UInt8]) throws(Violation) {
        guard let reply = try? ConnectReply(parsing: bytes) else { return }
        try require(bytes.count == 16, "the buffer has 16 bytes")
        try require((16...65_536).contains(reply.messageLimit), "a message limit that can be: \(reply.messageLimit)")
    }

    /// The structures that the firmware wrote when the machine started.
    @Sendable static func smbiosTable(_ bytes: [UInt8]) throws(Violation) {
        let structures = SMBIOSStructure.structures(in: bytes)
        try require(structures.count <= SMBIOSStructure.most, "at most \(SMBIOSStructure.most) structures")
        let raw = structures.flatMap(\.raw)
        try require(bytes.starts(with: raw), "the structures are those of the table, in its order")
        let extract = SMBIOSReading.extract(from: bytes)
        try require(extract.count <= min(bytes.count, SMBIOSReading.limit), "an extract is no longer")
        let reading = SMBIOSReading(table: bytes)
        // Above the limit an extract has less.
        if bytes.count <= SMBIOSReading.limit {
            try require(SMBIOSReading(table: extract) == reading, "an extract says the same: \(reading)")
        }
        for version in reading.vPro.compactMap(\.firmwareVersion) { try requireOneLine(version, atMost: 23) }
    }
}
