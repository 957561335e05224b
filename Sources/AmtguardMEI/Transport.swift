public import AmtguardCore
public import SystemPackage

/// A question to a client of the firmware. Nothing else can be sent: the core has the closed lists.
public enum Question: Hashable, Sendable {
    case amthi(AMTHI.Request)
    case mkhi(MKHI.Rule)
    /// To the watchdog client: whether AMT is switched on.
    case amtSwitch

    /// The bytes of the message.
    public var encoded: [UInt8] {
        switch self {
        case .amthi(let request): request.encoded
        case .mkhi(let rule): rule.encoded
        case .amtSwitch: AMTSwitch.question
        }
    }
}

/// Why a step failed.
public enum LinkError: Error, Hashable {
    /// The kernel's error.
    case errno(Errno)
    /// Nothing came in time.
    case silent
    /// The node is not the device that `/sys` names.
    case otherNode(String)
    /// The recording has no such step.
    case notRecorded
}

/// A connection to the firmware: a device, a recording, a script. Each step blocks until it is done.
public protocol Transport: ~Copyable {
    /// Opens the device again; closes it first if it is open.
    mutating func open() throws(LinkError)
    /// Connects to a client of the firmware, once after each `open`.
    ///
    /// - Returns: The 16 bytes of the driver's answer.
    mutating func connect(to client: GUID) throws(LinkError) -> [UInt8]
    /// Sends one message.
    mutating func write(_ question: Question) throws(LinkError)
    /// Receives one message, which may be empty.
    mutating func read(atMost size: Int, within limit: Duration) throws(LinkError) -> [UInt8]
    /// Discards messages that came without a question, so that none is taken for the next answer.
    mutating func discard()
    /// Closes the device, if it is open.
    mutating func close()
    /// Waits.
    mutating func pause(_ duration: Duration)
    /// The clock of `read` and `pause`.
    var now: Instant { get }
}
