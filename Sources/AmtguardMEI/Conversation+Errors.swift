// The meaning of each errno of the driver, by the step that returned it.

import AmtguardCore
import SystemPackage

extension Conversation where Link: ~Copyable {
    /// Why the device can't be opened.
    static func failure(toOpen error: LinkError) throws(Reset) -> FirmwareAnswer.Outcome {
        switch error {
        case .errno(.operationNotSupportedByDevice): throw Reset()
        case .errno(.permissionDenied), .errno(.notPermitted): .notPermitted
        case .errno(.noSuchFileOrDirectory): .failed("the device node does not exist")
        case .errno(.noSuchAddressOrDevice): .noDriver
        case .errno(.tooManyOpenFiles): .failed("the driver accepts no more programs")
        default: .failed("opening the device: \(error.says)")
        }
    }

    /// Why the client can't be connected.
    static func failure(toConnect error: LinkError) throws(Reset) -> Connection {
        switch error {
        // ENOENT: the client disappeared in the meantime.
        case .errno(.operationNotSupportedByDevice), .errno(.noSuchFileOrDirectory): throw Reset()
        case .errno(.inappropriateIOCTLForDevice): .notOffered
        case .errno(.resourceBusy): .failed(.busy)
        // EFAULT: the firmware did not answer the driver within 15 s.
        case .errno(.badAddress), .errno(.timedOut), .silent: .failed(.silent)
        default: .failed(.failed("connecting: \(error.says)"))
        }
    }

    /// The result of a question that could not be sent or received.
    static func failure(toAsk error: LinkError) throws(Reset) -> Exchange {
        switch error {
        // ENOTTY here: the client is gone. Connecting again shows whether it comes back.
        case .errno(.operationNotSupportedByDevice), .errno(.inappropriateIOCTLForDevice): throw Reset()
        case .silent: .silence
        default: .failed(error)
        }
    }

    /// An answer that only has the interface's behaviour.
    static func nothing(
        _ outcome: FirmwareAnswer.Outcome, _ behaviour: FirmwareAnswer.Behaviour?
    ) -> FirmwareAnswer {
        var answer = FirmwareAnswer(outcome)
        if let behaviour { answer.amthi = .known(behaviour) }
        return answer
    }

    /// How the interface behaved, by the outcome of connecting; `nil` if it was not reached.
    static func behaviour(_ outcome: FirmwareAnswer.Outcome) -> FirmwareAnswer.Behaviour? {
        switch outcome {
        case .busy: .busy
        case .silent: .silent
        case .resetting: .resetting
        case .garbled: .garbled
        default: nil
        }
    }
}

extension LinkError {
    /// Whether the driver may accept the same message later.
    var isPassing: Bool { self == .errno(.resourceTemporarilyUnavailable) || self == .errno(.resourceBusy) }

    /// One line.
    var says: String {
        switch self {
        case .errno(let errno): "\(errno) (\(errno.name))"
        case .silent: Gap.noAnswer.says
        case .otherNode(let reason): reason
        case .notRecorded: "not in the recording"
        }
    }
}
