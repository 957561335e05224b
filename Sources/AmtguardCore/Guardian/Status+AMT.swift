// What amtguard reports about AMT, and how the report is made.

extension Status {
    /// The state of AMT, as far as it is known.
    public struct AMT: Hashable, Sendable, Codable {
        /// `impossible`, `unknown`, `disabled`, `unprovisioned`, `provisioning`, `provisioned`.
        public var state: String
        /// `client`, `admin`, `legacy`; `nil` if AMT is not provisioned, or the mode is not known.
        public var controlMode: String?
        /// AMT's version, else that of the engine's firmware; `nil` if neither is known.
        public var version: String?
        /// For and against AMT, the deciding one first.
        public var evidence: [Evidence]
        /// The result of the last question; `nil` until the firmware was asked.
        public var firmware: Firmware?
        /// `nil` until any are known.
        public var interfaces: [Interface]?
        /// `nil` until the firmware was asked.
        public var listeners: [Listener]?
        /// `nil` if they can't be read.
        public var hostListeners: [Host]?

        /// One word for all interfaces, by the one that matters most: `shared`, `unknown`, `separate` or `none`.
        public var address: String {
            guard let interfaces else { return "unknown" }
            return ["shared", "unknown", "separate"].first { word in interfaces.contains { $0.address == word } }
                ?? "none"
        }
    }

    /// The last question to the firmware.
    public struct Firmware: Hashable, Sendable, Codable {
        /// When its outcome became known, on the wall clock, for people.
        public var at: String
        /// As `at`, on the boot clock, in microseconds.
        public var bootUSec: Int64
        /// A word for programs: `answered`, `busy`, `no-helper`.
        public var outcome: String
        /// The outcome for people, one line.
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
        /// The source: `sysfs`, `amthi`, `mkhi`, `watchdog`.
        public var source: String
        /// The value for people; `nil` if it is not known.
        public var says: String?
        /// Why it is unknown.
        public var unknown: String?
    }

    /// One of AMT's interfaces.
    public struct Interface: Hashable, Sendable, Codable {
        /// `wired`, `wireless`.
        public var medium: String
        /// `nil` if it is not known, or there is no such interface.
        public var mac: String?
        /// Whether AMT sees a link; `nil` if that is not known.
        public var link: Bool?
        /// `dhcp-passive`, `dhcp-active`, `static`.
        public var mode: String?
        /// The IPv4 address that AMT reports; `nil` if it has none, or none is known.
        public var ip: String?
        /// In relation to the host's addresses: `shared`, `separate`, `none`, `unknown`.
        public var address: String
        /// The rule that makes it shared or separate: `AMTAddress.Rule`; `nil` in the other cases.
        public var rule: String?
        /// Why, for people.
        public var evidence: String
        /// The names of the host interfaces with the shared address; empty if there are none.
        public var hostInterfaces: [String]
        /// The shared IPv4 addresses; empty if there are none.
        public var hostAddresses: [String]
    }

    /// One port of AMT.
    public struct Listener: Hashable, Sendable, Codable {
        /// The port on AMT's address.
        public var port: UInt16
        /// `tcp`, `udp`.
        public var `protocol`: String
        /// `open`, `closed`, `unknown`: inferred, as no packet of this host reaches the firmware.
        public var expected: String
        /// Why, for people.
        public var evidence: String
    }

    /// A program of this host on one of AMT's ports.
    public struct Host: Hashable, Sendable, Codable {
        /// The local port of its socket.
        public var port: UInt16
        /// `tcp`, `udp`.
        public var `protocol`: String
        /// The address on which it listens; `0.0.0.0` and `::` mean all addresses.
        public var address: String
        /// The owner of the socket.
        public var uid: UInt32
        /// Its systemd unit, foreign text made printable; `nil` if unknown.
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
        // The UUID is only reported on request.
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
        // An interface that does not exist is not reported.
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
