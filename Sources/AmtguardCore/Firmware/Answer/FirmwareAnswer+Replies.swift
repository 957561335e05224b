// From the firmware's bytes to findings: each reply sets its own fields only.

extension FirmwareAnswer {
    /// Parses the bytes of a reply to `request`.
    ///
    /// - Returns: What was wrong with them; the request's fields get this as their reason.
    @discardableResult
    public mutating func take(_ bytes: [UInt8], for request: AMTHI.Request) -> WireError? {
        note(.bytes(bytes), for: request)
    }

    /// Records why there is no reply to `request`.
    public mutating func miss(_ request: AMTHI.Request, because gap: Gap) {
        _ = note(.missing(gap), for: request)
    }

    private enum Reply {
        case bytes([UInt8])
        case missing(Gap)
    }

    private mutating func note(_ reply: Reply, for request: AMTHI.Request) -> WireError? {
        switch request {
        case .codeVersions:
            let (versions, error) = parse(CodeVersions.self, reply, request)
            bios = versions.map({ $0.bios.isEmpty ? nil : $0.bios }, else: "the firmware reports no BIOS version")
            amtVersion = versions.map({ $0["AMT"] }, else: "the firmware lists no version of AMT")
            amtBuild = versions.map({ $0["Build Number"] }, else: "the firmware lists no build number")
            sku = versions.map(\.sku, else: "the firmware lists no SKU")
            return error
        case .provisioningState: return fill(\.provisioningState, reply, request)
        case .controlMode: return fill(\.controlMode, reply, request)
        case .wiredSettings: return fill(\.wired, reply, request)
        case .wirelessSettings:
            if let error = fill(\.wireless, reply, request) { return error }
            // The replies for both interfaces have the same command, and nothing else in them identifies the interface.
            guard let mac = wireless.value?.mac, !mac.isZero, mac == wired.value?.mac else { return nil }
            wireless = .unknown(Gap(.repeated))
            return .repeated
        case .securityParameters: return fill(\.security, reply, request)
        case .redirectionState: return fill(\.redirection, reply, request)
        case .webUI:
            let (state, error) = parse(WebUIState.self, reply, request)
            webUI = state.map(\.enabled, else: "the reply does not say")
            return error
        case .kvm: return fill(\.kvm, reply, request)
        case .remoteAccess: return fill(\.remoteAccess, reply, request)
        case .uuid: return fill(\.uuid, reply, request)
        }
    }

    /// Parses the bytes of a reply to `rule`. Returns what was wrong with them, as above.
    @discardableResult
    public mutating func take(_ bytes: [UInt8], for rule: MKHI.Rule) -> WireError? {
        do {
            let features = try MKHI.Features(parsing: bytes, to: rule)
            set(rule, .known(features.contains(.amt)))
            return nil
        } catch {
            set(rule, .unknown(Gap(error)))
            return error
        }
    }

    /// Records why there is no reply to `rule`.
    public mutating func miss(_ rule: MKHI.Rule, because gap: Gap) {
        set(rule, .unknown(gap))
    }

    private mutating func set(_ rule: MKHI.Rule, _ finding: Finding<Bool>) {
        switch rule {
        case .capable: capable = finding
        case .enabled: enabled = finding
        case .available: available = finding
        }
    }

    private mutating func fill<Value: AMTHIReply>(
        _ field: WritableKeyPath<Self, Finding<Value>>, _ reply: Reply, _ request: AMTHI.Request
    ) -> WireError? {
        let (finding, error) = parse(Value.self, reply, request)
        self[keyPath: field] = finding
        return error
    }

    private mutating func parse<Value: AMTHIReply>(
        _: Value.Type, _ reply: Reply, _ request: AMTHI.Request
    ) -> (Finding<Value>, WireError?) {
        switch reply {
        case .missing(let gap): return (.unknown(gap), nil)
        case .bytes(let bytes):
            do {
                let (value, surplus) = try Value.parse(bytes, to: request)
                note(surplus, of: request)
                return (.known(value), nil)
            } catch {
                return (.unknown(Gap(error)), error)
            }
        }
    }

    /// Records how many bytes of a reply are unknown to this version: newer firmware sends more.
    private mutating func note(_ surplus: Int, of request: AMTHI.Request) {
        let former = self.surplus.value.flatMap { $0 == Self.noSurplus ? nil : $0 + ", " } ?? ""
        if surplus > 0 {
            self.surplus = .known("\(former)\(request) \(surplus) bytes")
        } else if former.isEmpty {
            self.surplus = .known(Self.noSurplus)
        }
    }

    private static let noSurplus = "none"
}
