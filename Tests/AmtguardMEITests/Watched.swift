import AmtguardLab
import AmtguardMEI

@testable import AmtguardCore

/// A recording that is replayed under observation: when it is open, how long it pauses, what is asked.
struct Watched: Transport, ~Copyable {
    private var replay: Replay
    private(set) var isOpen = false
    /// Milliseconds; a pause with the device open is negative.
    private(set) var pauses: [Int64] = []
    private(set) var connects: [GUID] = []
    private(set) var questions: [Question] = []
    private(set) var discards = 0
    /// Milliseconds from each connect to the close after it.
    private(set) var holds: [Range<Int64>] = []
    /// How long each answer takes, and the sum so far.
    private let latency: Duration
    private var waited = Duration.zero
    private var connected: Instant?

    init(_ text: String, latency: Duration = .zero) throws {
        self.latency = latency
        let recording = try Recording(parsing: Array(("amtguard-recording: 1\n\n" + text).utf8))
        replay = Replay(recording.devices.first ?? Recording.Device())
    }

    var now: Instant { replay.now + waited }

    mutating func open() throws(LinkError) {
        close()
        isOpen = true
        try replay.open()
    }

    mutating func connect(to client: GUID) throws(LinkError) -> [UInt8] {
        connects.append(client)
        let bytes = try replay.connect(to: client)
        connected = now
        return bytes
    }

    mutating func write(_ question: Question) throws(LinkError) {
        questions.append(question)
        try replay.write(question)
    }

    mutating func read(atMost size: Int, within limit: Duration) throws(LinkError) -> [UInt8] {
        waited += min(latency, limit)
        if latency > limit { throw .silent }
        return try replay.read(atMost: size, within: limit)
    }

    mutating func discard() {
        discards += 1
        replay.discard()
    }

    mutating func close() {
        isOpen = false
        guard let connected else { return }
        holds.append(connected.sinceBoot.microseconds / 1_000..<now.sinceBoot.microseconds / 1_000)
        self.connected = nil
    }

    mutating func pause(_ duration: Duration) {
        let milliseconds = duration.microseconds / 1_000
        pauses.append(isOpen ? -milliseconds : milliseconds)
        replay.pause(duration)
    }
}

/// Lines of recordings.
enum Line {
    static let amthi = "connect 12f80028-b4b7-4b2d-aca8-46e0ff65814c -> 0014000001b42d4baca846e0ff65814c\n"
    static let mkhi = "connect 8e6a6715-9abc-4043-88ef-9e39c6f63e0f -> 00080000bc9a434088ef9e39c6f63e0f\n"
    static let fixedMKHI = "connect 55213584-9a29-4916-badf-0fb7ed682aeb -> 00080000299a1649badf0fb7ed682aeb\n"

    static let watchdog = "connect 05b79a6f-4628-4d7f-899d-a91514cb32ab -> 0004000028467f4d899da91514cb32ab\n"

    /// The question whether AMT is switched on, and the reply in digits.
    static func askSwitch(_ reply: String) -> String { "write \(hexDigits(AMTSwitch.question))\nread \(reply)\n" }

    /// The client is refused.
    static func refused(_ client: GUID, _ errno: String) -> String { "connect \(client) -> errno \(errno)\n" }

    /// A question and its result: digits, `-> silence`, `-> errno ENODEV`.
    static func ask(_ request: AMTHI.Request, _ reply: String) -> String {
        "write \(hexDigits(request.encoded))\nread \(reply)\n"
    }

    static func ask(_ rule: MKHI.Rule, _ reply: String) -> String {
        "write \(hexDigits(rule.encoded))\nread \(reply)\n"
    }

    /// A question and the bytes of a reply.
    static func ask(_ request: AMTHI.Request, _ reply: some FirmwareReply) -> String {
        ask(request, hexDigits(reply.encoded(to: request)))
    }

    /// NOT_READY, built by hand.
    static let notReady = "010100001a0080040400000002000000"

    static let versions = ask(
        .codeVersions,
        CodeVersions(
            bios: "BIOS", rows: [.init(name: "AMT", version: "16.1.25"), .init(name: "Sku", version: "16392")]))

    static var lan: LANSettings {
        get throws {
            // Enabled, 192.168.1.20, DHCP, passive, link up, a MAC.
            try LANSettings(
                parsing: hexadecimal("0101000048008004180000000000000001000000" + "1401a8c0010000000201c8d9d27a1e33")
                    ?? [], to: .wiredSettings)
        }
    }

    private static func hexadecimal(_ digits: String) -> [UInt8]? { AmtguardCore.hexadecimal(digits.utf8) }

    /// All questions and their answers, without errors.
    static func burst(_ provisioning: ProvisioningState = .post) throws -> String {
        let off = SecurityParameters(
            tls: false, networkInterfaceEnabled: true, sol: true, ider: false, kvm: true, link: true)
        let tunnel = RemoteAccess(
            network: .init(rawValue: 0), connection: .init(rawValue: 0), trigger: .init(rawValue: 0), host: "")
        return try versions + ask(.provisioningState, provisioning) + ask(.controlMode, ControlMode.admin)
            + ask(.wiredSettings, lan) + ask(.wirelessSettings, lan) + ask(.securityParameters, off)
            + ask(.redirectionState, RedirectionState([.sol])) + ask(.webUI, WebUIState(enabled: true))
            + ask(.kvm, KVMState()) + ask(.remoteAccess, tunnel)
    }
}
