/// The result of asking the firmware: the helper's answer, or why there is none.
public enum FirmwareInquiry: Hashable, Sendable {
    /// The helper answered; the firmware itself may not have answered.
    case answer(FirmwareAnswer)
    /// The helper gave no answer.
    case failed(FirmwareFailure)

    /// Parses the bytes that the helper sent until it closed.
    public init(reply bytes: [UInt8]) {
        do {
            self = .answer(try FirmwareAnswer(parsing: bytes))
        } catch {
            self = .failed(Self.isCutShort(bytes) ? .ended : .malformed(error.description))
        }
    }

    /// Whether it begins like an answer, but has no end of an answer.
    private static func isCutShort(_ bytes: [UInt8]) -> Bool {
        let head = "OUTCOME=".utf8
        return bytes.starts(with: head.prefix(bytes.count)) && !bytes.suffix(7).elementsEqual("\nEND=1\n".utf8)
    }

    /// The answer; `nil` if there is none.
    public var answer: FirmwareAnswer? {
        if case .answer(let answer) = self { answer } else { nil }
    }

    /// Its word in every output: `answered`, `busy`, `no-helper`.
    public var word: String {
        switch self {
        case .answer(let answer): answer.outcome.word
        case .failed(let failure): failure.word
        }
    }

    /// The result for people, on one line.
    public var says: String {
        switch self {
        case .answer(let answer): answer.outcome.says
        case .failed(let failure): failure.says
        }
    }

    /// What to do about it; `nil` if nothing.
    public var advice: String? {
        switch self {
        case .answer(let answer): answer.outcome.advice
        case .failed(let failure): failure.advice
        }
    }

    /// Whether another question soon may get more: another program disconnects, a reset ends, the helper returns.
    public var isWorthRepeating: Bool {
        switch self {
        case .answer(let answer):
            switch answer.outcome {
            // The machine must change first, and the daemon is notified of that.
            case .noDevice, .graphicsOnly, .noDriver: false
            // A part was refused for now, or never came.
            case .answered: answer.isStarting || answer.hasGaps
            case .notPermitted, .resetting, .busy, .silent, .garbled, .failed: true
            }
        case .failed: true
        }
    }
}

/// Why the helper gave no answer.
public enum FirmwareFailure: Hashable, Sendable {
    /// Its socket is missing, or nothing listens on it.
    case noHelper
    /// Connecting to the socket fails: why.
    case refused(String)
    /// The answer did not come in time, and was abandoned.
    case abandoned
    /// The helper disappeared before the end of its answer.
    case ended
    /// The answer is longer than the limit, or does not end.
    case tooLong
    /// The bytes are not an answer: what is wrong with them.
    case malformed(String)

    /// Its word in every output.
    public var word: String {
        switch self {
        case .noHelper: "no-helper"
        case .refused: "helper-refused"
        case .abandoned: "abandoned"
        case .ended: "helper-ended"
        case .tooLong: "answer-too-long"
        case .malformed: "answer-malformed"
        }
    }

    /// The failure for people, on one line.
    public var says: String {
        switch self {
        case .noHelper: "the socket of amtguard-firmware does not exist"
        case .refused(let reason): "the socket of amtguard-firmware can't be connected to: \(reason)"
        case .abandoned:
            "amtguard-firmware gave no answer within \(FirmwareSchedule.patience.components.seconds) s, and was abandoned"
        case .ended: "amtguard-firmware ended before its answer was complete"
        case .tooLong: "the answer of amtguard-firmware is longer than \(FirmwareAnswer.sizeLimit) bytes"
        case .malformed(let reason): "the answer of amtguard-firmware is malformed: \(reason)"
        }
    }

    /// What to do about it.
    var advice: String {
        switch self {
        case .noHelper: "Start it: systemctl enable --now amtguard-firmware.socket."
        case .refused: "Look at systemctl status amtguard-firmware.socket."
        case .abandoned, .ended: "Look at journalctl -t amtguard-firmware, and run amtguard-firmware as root."
        case .tooLong, .malformed: "Install amtguardd and amtguard-firmware of the same version, and restart both."
        }
    }
}

extension FirmwareAnswer.Outcome {
    /// What to do about it; `nil` if nothing.
    var advice: String? {
        switch self {
        case .answered, .noDevice, .graphicsOnly, .resetting: nil
        case .noDriver: "Load the driver: modprobe mei_me."
        case .notPermitted: "Let the group amtguard-firmware open /dev/mei*: the package brings a udev rule."
        case .busy: "Find the program that uses it: fuser -v /dev/mei*."
        case .silent, .garbled: "Run amtguard-firmware as root: it says more."
        // The reason has everything that the helper found out.
        case .failed: "Look at the kernel's messages about mei: journalctl -k -g mei."
        }
    }
}

extension FirmwareAnswer {
    /// Whether the firmware, or its driver, was not ready. Then a missing value means nothing.
    var isStarting: Bool {
        if outcome == .resetting || amthi.value == .resetting { return true }
        if let state = deviceState.value, state != "ENABLED" { return true }
        return provisioningState.gap == .refused(.notReady)
            || [capable, enabled].contains { $0.gap == .rejected(.notReady) }
    }

    /// Why an AMT that reports "not provisioned" does not wait for a set-up; `nil` if it may do so.
    ///
    /// From 16.1 on, makers deliver machines with AMT switched off. Firmware without AMT may answer as well.
    var switchedOff: String? {
        if amtSwitch.value?.isOn == false { return "the watchdog client says that AMT is switched off" }
        guard let sku = sku.value, sku.isOfMany, sku.isDisjoint(with: [.amt, .standardManageability]) else {
            return nil
        }
        return "the firmware is sold without AMT (its SKU is \(sku.words))"
    }

    /// Whether it lacks something that may be known soon.
    var hasGaps: Bool { fields.contains { $0.gap?.isPassing == true } }
}
