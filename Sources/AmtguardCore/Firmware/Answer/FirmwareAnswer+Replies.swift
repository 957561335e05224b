// From bytes of the firmware to findings: each reply fills its own fields and no others.

extension FirmwareAnswer {
    /// Takes the bytes that came back for `request`.
    ///
    /// - Returns: What was wrong with them; its fields hold the same as their reason.
    @discardableResult
    public mutating func take(_ bytes: [UInt8], for request: AMTHI.Request) -> WireError? {
        switch request {
        case .codeVersions:
            let (versions, error) = Self.parse(CodeVersions.self, bytes, request)
            set(versions)
            return error
        case .provisioningState: return fill(\.provisioningState, bytes, request)
        case .controlMode: return fill(\.controlMode, bytes, request)
        case .wiredSettings: return fill(\.wired, bytes, request)
        case .wirelessSettings:
            if let error = fill(\.wireless, bytes, request) { return error }
            // Both interfaces answer the same command, and nothing else in a reply names the interface.
            guard let mac = wireless.value?.mac, !mac.isZero, mac == wired.value?.mac else { return nil }
            wireless = .unknown(Gap(.repeated))
            return .repeated
        case .securityParameters: return fill(\.security, bytes, request)
        case .redirectionState: return fill(\.redirection, bytes, request)
        case .webUI:
            let (state, error) = Self.parse(WebUIState.self, bytes, request)
            webUI = state.map(\.enabled, else: "the reply does not say")
            return error
        case .kvm: return fill(\.kvm, bytes, request)
        case .remoteAccess: return fill(\.remoteAccess, bytes, request)
        case .uuid: return fill(\.uuid, bytes, request)
        }
    }

    /// Notes why there is no reply to `request`.
    public mutating func miss(_ request: AMTHI.Request, because gap: Gap) {
        switch request {
        case .codeVersions: set(.unknown(gap))
        case .provisioningState: provisioningState = .unknown(gap)
        case .controlMode: controlMode = .unknown(gap)
        case .wiredSettings: wired = .unknown(gap)
        case .wirelessSettings: wireless = .unknown(gap)
        case .securityParameters: security = .unknown(gap)
        case .redirectionState: redirection = .unknown(gap)
        case .webUI: webUI = .unknown(gap)
        case .kvm: kvm = .unknown(gap)
        case .remoteAccess: remoteAccess = .unknown(gap)
        case .uuid: uuid = .unknown(gap)
        }
    }

    /// Takes the bytes that came back for `rule`; what was wrong with them, as above.
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

    /// Notes why there is no reply to `rule`.
    public mutating func miss(_ rule: MKHI.Rule, because gap: Gap) {
        set(rule, .unknown(gap))
    }

    private mutating func set(_ versions: Finding<CodeVersions>) {
        bios = versions.map({ $0.bios.isEmpty ? nil : $0.bios }, else: "the firmware tells no BIOS version")
        amtVersion = versions.map({ $0["AMT"] }, else: "the firmware lists no version of AMT")
        amtBuild = versions.map({ $0["Build Number"] }, else: "the firmware lists no build number")
        sku = versions.map(\.sku, else: "the firmware lists no SKU")
    }

    private mutating func set(_ rule: MKHI.Rule, _ finding: Finding<Bool>) {
        switch rule {
        case .capable: capable = finding
        case .enabled: enabled = finding
        case .available: available = finding
        }
    }

    private mutating func fill<Reply: AMTHIReply>(
        _ field: WritableKeyPath<Self, Finding<Reply>>, _ bytes: [UInt8], _ request: AMTHI.Request
    ) -> WireError? {
        let (finding, error) = Self.parse(Reply.self, bytes, request)
        self[keyPath: field] = finding
        return error
    }

    private static func parse<Reply: AMTHIReply>(
        _: Reply.Type, _ bytes: [UInt8], _ request: AMTHI.Request
    ) -> (Finding<Reply>, WireError?) {
        do {
            return (.known(try Reply(parsing: bytes, to: request)), nil)
        } catch {
            return (.unknown(Gap(error)), error)
        }
    }
}
