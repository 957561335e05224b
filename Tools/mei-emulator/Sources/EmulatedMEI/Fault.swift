/// The faults of one step.
public enum Fault: Hashable, Sendable {
    /// It takes this many milliseconds; a signal ends the wait.
    case slow(Int)
    /// It never answers; a signal ends the wait.
    case silent
    /// Only the first bytes; `nil`: all but the last.
    case short(Int?)
    /// This many additional bytes.
    case long(Int)
    /// Padded to the longest message.
    case oversized
    /// The header's length field has this value.
    case length(UInt32)
    /// The answer to another question.
    case wrongCommand
    /// An empty message.
    case zeroLength
    /// A status other than success, and no payload.
    case status(UInt32)
    /// Noise of the correct length.
    case garbage
    /// The right answer twice.
    case twice
    /// The firmware resets before the answer, for this many milliseconds.
    case reset(Int)
    /// Another program has the slot, for this many milliseconds from the first attempt on.
    case busy(Int)
    /// It takes this many milliseconds, and no signal ends the wait.
    case uninterruptible(Int)
    /// The system call fails.
    case failure(Failure)

    /// The allowed values of a machine file.
    public static let allowed =
        "slow MS, silent, short [BYTES], long BYTES, oversized, length N, wrong-command, zero-length, status CODE, garbage, "
        + "twice, reset MS, busy MS, uninterruptible MS, or an error as EBUSY; then optionally: , times N, after N, delay MS"

    /// `open` and `connect` have no reply that could be altered.
    var bendsReply: Bool {
        switch self {
        case .short, .long, .oversized, .length, .wrongCommand, .zeroLength, .status, .garbage, .twice: true
        case .slow, .silent, .reset, .busy, .uninterruptible, .failure: false
        }
    }

    /// The fault from these words.
    init?(words: [Substring]) {
        guard let name = words.first, words.count <= 2 else { return nil }
        let number = words.count == 2 ? words[1] : nil
        let count = number.flatMap { Int($0) }.flatMap { (0...3_600_000).contains($0) ? $0 : nil }
        switch (name, number) {
        case ("silent", nil): self = .silent
        case ("short", nil): self = .short(nil)
        case ("oversized", nil): self = .oversized
        case ("wrong-command", nil): self = .wrongCommand
        case ("zero-length", nil): self = .zeroLength
        case ("garbage", nil): self = .garbage
        case ("twice", nil): self = .twice
        case (_, nil):
            guard let failure = Failure(name: String(name)) else { return nil }
            self = .failure(failure)
        case ("status", let code?):
            guard let code = statusNames[String(code)] ?? unsigned(code) else { return nil }
            self = .status(code)
        case ("length", let value?):
            guard let value = unsigned(value) else { return nil }
            self = .length(value)
        default:
            guard let count else { return nil }
            switch name {
            case "slow": self = .slow(count)
            case "short": self = .short(count)
            case "long": self = .long(count)
            case "reset": self = .reset(count)
            case "busy": self = .busy(count)
            case "uninterruptible": self = .uninterruptible(count)
            default: return nil
            }
        }
    }
}

/// A fault, and the step where it occurs.
public struct FaultRule: Hashable, Sendable {
    /// `open`, `connect/amthi`, `GetControlMode`, `any`.
    public var target: String
    public var fault: Fault
    /// This many calls succeed first.
    public var after = 0
    /// This many calls fail; `nil`: all.
    public var times: Int?
    /// Milliseconds before an altered reply.
    public var delay = 0

    /// `slow 300, times 2`; `nil` if it can't be parsed.
    init?(target: String, text: String) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { $0.split(separator: " ") }
        guard let fault = Fault(words: parts[0]) else { return nil }
        if target == "open" || target.hasPrefix("connect") {
            guard !fault.bendsReply else { return nil }
        }
        if case .busy = fault, !target.hasPrefix("connect") { return nil }
        self.target = target
        self.fault = fault
        for words in parts.dropFirst() {
            guard words.count == 2, let count = Int(words[1]), (0...3_600_000).contains(count) else { return nil }
            switch words[0] {
            case "times": times = count
            case "after": after = count
            case "delay" where fault.bendsReply: delay = count
            default: return nil
            }
        }
    }
}

/// A decimal number, or a hexadecimal one after `0x`.
func unsigned(_ text: some StringProtocol) -> UInt32? {
    text.hasPrefix("0x") ? UInt32(text.dropFirst(2), radix: 16) : UInt32(text)
}
