// What amtguard reports of AMT, and how it is made.

extension Status {
    /// The state of AMT, as far as it is known.
    public struct AMT: Hashable, Sendable, Codable {
        public var state: String
        public var controlMode: String?
        public var version: String?
        public var evidence: [Evidence]
        /// The result of asking; `nil` until the firmware was asked.
        public var firmware: Firmware?
        /// `nil` until something was heard of them.
        public var interfaces: [Interface]?
        /// `nil` until the firmware was asked.
        public var listeners: [Listener]?
        /// `nil` if they can't be read.
        public var hostListeners: [Host]?

        /// One word for all interfaces, the one that matters most: `shared`, `unknown`, `separate` or `none`.
        public var address: String {
            guard let interfaces else { return "unknown" }
            return ["shared", "unknown", "separate"].first { word in interfaces.contains { $0.address == word } }
                ?? "none"
        }
    }

    /// The last question to the firmware.
    public struct Firmware: Hashable, Sendable, Codable {
        public var at: String
        public var bootUSec: Int64
        public var outcome: String
        public var says: String
        /// All requested values; empty if no answer came.
        public var fields: [Field]
    }

    /// One requested value.
    public struct Field: Hashable, Sendable, Codable {
        /// As in `amtguard-firmware --json`.
        public var name: String
        /// For people.
        public var label: String
        public var source: String
        public var says: String?
        /// Why it is unknown.
        public var unknown: String?
    }

    /// One of AMT's interfaces.
    public struct Interface: Hashable, Sendable, Codable {
        public var medium: String
        public var mac: String?
        public var link: Bool?
        /// `dhcp-passive`, `dhcp-active`, `static`.
        public var mode: String?
        public var ip: String?
        public var address: String
        public var rule: String?
        public var evidence: String
        public var hostInterfaces: [String]
        public var hostAddresses: [String]
    }

    /// One port of AMT.
    public struct Listener: Hashable, Sendable, Codable {
        public var port: UInt16
        public var `protocol`: String
        public var expected: String
        public var evidence: String
    }

    /// A program of this host on one of AMT's ports.
    public struct Host: Hashable, Sendable, Codable {
        public var port: UInt16
        public var `protocol`: String
        public var address: String
        public var uid: UInt32
        public var unit: String?
        /// `lms` if it is presumably Intel LMS.
        public var presumed: String?
    }
}

extension Status.AMT {
    init(_ detection: Detection) {
        state = detection.state.word
        controlMode = detection.state.controlModeWord
        version = detection.firmwareVersion
        evidence = detection.evidence
        if let inquiry = detection.basis.inquiry, let at = detection.inquiredAt {
            firmware = Status.Firmware(inquiry, at: at)
        }
        interfaces = detection.amtInterfaces?.map(Status.Interface.init)
        listeners = detection.expectedListeners?.map(Status.Listener.init)
        hostListeners = detection.hostListeners?.map(Status.Host.init)
    }
}

extension Status.Firmware {
    fileprivate init(_ inquiry: FirmwareInquiry, at: Moment) {
        self.at = at.iso8601
        bootUSec = at.instant.sinceBoot.microseconds
        outcome = inquiry.word
        says = inquiry.says
        // Only a person asks for the UUID.
        fields = (inquiry.answer?.fields ?? []).filter { $0.row.name != "uuid" }.map { field in
            Status.Field(
                name: field.row.name, label: field.row.label, source: field.row.source.rawValue,
                says: field.reason == nil ? field.words : nil, unknown: field.reason)
        }
    }
}

extension Status.Interface {
    fileprivate init(_ interface: AMTInterface) {
        medium = interface.medium.rawValue
        // If there is no such interface, there is nothing to report of it.
        let settings = interface.settings.value.flatMap { $0.mac.isZero ? nil : $0 }
        mac = settings?.mac.description
        link = settings?.link
        mode = settings.map { $0.dhcpEnabled ? "dhcp-\($0.dhcpMode.word)" : "static" }
        ip = settings.flatMap { $0.ipv4.isUnspecified ? nil : $0.ipv4.description }
        address = interface.address.word
        rule = interface.address.rule?.rawValue
        evidence = interface.address.because + (interface.isFormer ? ", as the firmware said before" : "")
        hostInterfaces = interface.address.hostInterfaces
        hostAddresses = interface.address.hostAddresses.map(\.description)
    }
}

extension Status.Listener {
    fileprivate init(_ listener: ExpectedListener) {
        port = listener.port
        `protocol` = listener.protocol.rawValue
        expected = listener.expected.rawValue
        evidence = listener.evidence
    }
}

extension Status.Host {
    fileprivate init(_ host: HostListener) {
        port = host.listener.port
        `protocol` = host.listener.protocol.rawValue
        address = host.listener.address.description
        uid = host.listener.uid
        unit = host.listener.unit
        presumed = host.isPresumedLMS ? "lms" : nil
    }
}
