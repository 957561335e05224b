import AmtguardCore
import AmtguardLinux
import AmtguardSystemd
import SystemPackage

// Asking the firmware, by way of the helper behind its socket: the schedule says when, and whatever the helper does,
// nothing here waits for it.

extension Daemon {
    private static var helper: FilePath { "/run/amtguard-firmware.socket" }

    /// Does what the schedule says.
    func follow(_ effects: [FirmwareSchedule.Effect]) {
        var due = effects[...]
        while let effect = due.popFirst() {
            switch effect {
            case .ask:
                teller.debug("Asking the firmware")
                if let failure = ask() { due += conclude(.failed(failure)) }
            case .abandon:
                hangUp()
                observe(.firmware(.failed(.abandoned)))
            case .wake(let time?): sources.firmware?.arm(at: time.sinceBoot, accuracy: .milliseconds(100))
            case .wake(nil): sources.firmware?.disarm()
            }
        }
    }

    /// Connects to the helper; what comes back is why not.
    private func ask() -> FirmwareFailure? {
        hangUp()
        // Each answer that carries descriptors leaves a socket open for good.
        guard isHelperTrusted else { return Self.loaded }
        do {
            let stream = try AnswerStream(connectingTo: Self.helper, in: root, atMost: FirmwareAnswer.sizeLimit)
            sources.answer = try loop.onReadable(stream.descriptor, "answer", priority: .idle) { [unowned self] in
                listenToAnswer()
            }
            question = consume stream
        } catch Errno.noSuchFileOrDirectory, Errno.connectionRefused {
            return .noHelper
        } catch {
            return .refused("\(error)")
        }
        return nil
    }

    private func listenToAnswer() {
        guard let inquiry = heardSoFar() else { return }
        hangUp()
        follow(conclude(inquiry))
        // With AMT's address known, others may turn out to be deaf.
        lookAtSockets()
        finish()
    }

    /// What came of the question; `nil` as long as the helper speaks.
    private func heardSoFar() -> FirmwareInquiry? {
        do {
            switch try question?.take() {
            case .open: return nil
            case .tooLong: return .failed(.tooLong)
            case .loaded: return .failed(Self.loaded)
            case .ended, nil: return FirmwareInquiry(reply: question?.bytes ?? [])
            }
        } catch {
            return .failed(.ended)
        }
    }

    private func conclude(_ inquiry: FirmwareInquiry) -> [FirmwareSchedule.Effect] {
        teller.debug("The firmware: \(inquiry.says)")
        observe(.firmware(inquiry))
        return timetable.answered(inquiry, at: .now())
    }

    private func hangUp() {
        sources.answer = nil
        if question?.abandon() == true { isHelperTrusted = false }
        question = nil
    }

    private static var loaded: FirmwareFailure { .malformed("file descriptors came with it") }
}
