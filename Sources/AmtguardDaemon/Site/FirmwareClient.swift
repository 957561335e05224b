import AmtguardCore
import AmtguardLinux
import AmtguardSystemd
import SystemPackage

/// The present question to the firmware, through the socket of the helper. The guard never waits for the helper.
struct FirmwareClient: ~Copyable {
    private static var helper: FilePath { "/run/amtguard-firmware.socket" }

    /// Fires when the guardian is to decide about a question.
    var timer: Timer?
    private let loop: EventLoop
    private let teller: Teller
    private var stream: AnswerStream?
    private var source: EventSource?
    /// Whether the helper may be asked. A helper that passed descriptors is not ours and is never asked again: each
    /// such answer leaves a socket open for good.
    private var isTrusted = true

    init(on loop: EventLoop, telling teller: Teller) {
        self.loop = loop
        self.teller = teller
    }

    /// Connects to the helper. Returns why it can't.
    ///
    /// - Parameter onAnswer: Called when `take` has something to read.
    mutating func ask(in root: borrowing RootDirectory, onAnswer: @escaping () -> Void) -> FirmwareFailure? {
        teller.debug("Asking the firmware")
        let failure = connect(in: root, onAnswer)
        if let failure { teller.debug("The firmware: \(failure.says)") }
        return failure
    }

    private mutating func connect(
        in root: borrowing RootDirectory, _ onAnswer: @escaping () -> Void
    ) -> FirmwareFailure? {
        hangUp()
        guard isTrusted else { return Self.loaded }
        do {
            let opened = try AnswerStream(connectingTo: Self.helper, in: root, atMost: FirmwareAnswer.sizeLimit)
            source = try loop.onReadable(opened.descriptor, "answer", priority: .idle, onAnswer)
            stream = consume opened
        } catch Errno.noSuchFileOrDirectory, Errno.connectionRefused {
            return .noHelper
        } catch {
            return .refused("\(error)")
        }
        return nil
    }

    /// Reads what has arrived, and closes the connection at the end of the answer. Returns the result of the question;
    /// `nil` until the helper has ended its answer.
    mutating func take() -> FirmwareInquiry? {
        guard let inquiry = inquiry() else { return nil }
        hangUp()
        teller.debug("The firmware: \(inquiry.says)")
        return inquiry
    }

    private mutating func inquiry() -> FirmwareInquiry? {
        do {
            switch try stream?.take() {
            case .open: return nil
            case .tooLong: return .failed(.tooLong)
            case .loaded: return .failed(Self.loaded)
            case .ended, nil: return FirmwareInquiry(reply: stream?.bytes ?? [])
            }
        } catch {
            return .failed(.ended)
        }
    }

    mutating func hangUp() {
        source = nil
        if stream?.abandon() == true { isTrusted = false }
        stream = nil
    }

    private static var loaded: FirmwareFailure { .malformed("it contains file descriptors") }
}
