// The questions to AMTHI, to MKHI if there is no AMTHI, and to the watchdog client.

import AmtguardCore

extension Conversation where Link: ~Copyable {
    /// Asks AMTHI all questions, one after the other.
    mutating func askAMTHI() throws(Reset) -> FirmwareAnswer {
        var answer = FirmwareAnswer(.answered, because: .notAsked("the conversation ended"))
        var tally = Tally()
        for request in requests {
            if let gap = tally.end {
                answer.miss(request, because: gap)
                continue
            }
            let exchange = try exchange(.amthi(request)) { bytes in
                var trial = answer
                return trial.take(bytes, for: request) == .refused(.notReady)
            }
            switch exchange {
            case .reply([]) where tally.replies == 0:
                // The kernel's sample, mei-amt-check and LMS interpret an empty first answer in the same way.
                return Self.disabled
            case .reply([]): answer.miss(request, because: "an empty answer")
            case .reply(let bytes):
                let error = answer.take(bytes, for: request)
                tally.count(error)
                if let error, !error.isRefusal { discard() }
            case .silence:
                answer.miss(request, because: .noAnswer)
                tally.end(.silent, Self.fellSilent)
            case .unsent(let outcome):
                answer.miss(request, because: outcome.gap)
                tally.end(outcome, outcome.gap)
            case .failed(let error):
                answer.miss(request, because: .other(error.says))
                // A recording may lack a question, so the next one is tried. A device that failed will fail again.
                if error != .notRecorded { tally.end(.failed(error.says), .notAsked(error.says)) }
            }
            tally.replies += 1
        }
        answer.outcome = tally.outcome
        answer.amthi =
            tally.outcome == .answered
            ? .known(.answers)
            : Self.behaviour(tally.outcome).map(Finding.known) ?? .unknown(.other(tally.outcome.says))
        if !requests.contains(.uuid) { answer.uuid = .unknown("asked for with --uuid only") }
        for rule in MKHI.Rule.allCases { answer.miss(rule, because: .notAsked("AMTHI is offered")) }
        return answer
    }

    /// Asks MKHI whether AMT is possible, enabled and ready.
    mutating func askMKHI() throws(Reset) -> FirmwareAnswer {
        // A missing AMTHI is already an answer, whatever MKHI replies.
        var answer = FirmwareAnswer(.answered, because: "the AMT host interface is not offered")
        answer.amthi = .known(.notOffered)
        var connection = try connect(to: .mkhi)
        if case .notOffered = connection { connection = try connect(to: .fixedMKHI) }
        var gap: Gap? =
            switch connection {
            case .connected: nil
            case .notOffered: "MKHI is not offered either"
            case .failed(let outcome): outcome.gap
            }
        for rule in MKHI.Rule.allCases {
            if let gap {
                answer.miss(rule, because: gap)
                continue
            }
            let exchange = try exchange(.mkhi(rule)) { bytes in
                var trial = answer
                return trial.take(bytes, for: rule) == .result(.notReady)
            }
            switch exchange {
            case .reply(let bytes):
                if let error = answer.take(bytes, for: rule), !error.isRefusal { discard() }
            case .silence:
                answer.miss(rule, because: .noAnswer)
                gap = Self.fellSilent
            case .unsent(let outcome):
                answer.miss(rule, because: outcome.gap)
                gap = outcome.gap
            case .failed(let error): answer.miss(rule, because: .other(error.says))
            }
        }
        return answer
    }

    /// Asks the watchdog client whether AMT is switched on, if that decides anything: the kernel's own driver needs
    /// this client at boot. Does not wait for another program, because that driver stays connected as long as it is
    /// loaded.
    mutating func askSwitch(after answer: FirmwareAnswer) -> Finding<AMTSwitch> {
        guard answer.provisioningState.value == .pre else {
            return .unknown(.notAsked("it matters only while AMT is not provisioned"))
        }
        guard hasTime(for: Timing.forSwitch) else { return .unknown(.notAsked("the conversation took too long")) }
        do throws(Reset) {
            switch try connect(to: .watchdog, pauses: []) {
            case .connected: break
            case .notOffered: return .unknown("the watchdog client is not offered")
            case .failed(.busy): return .unknown("another program holds it, or the kernel's driver mei_wdt")
            case .failed(let outcome): return .unknown(outcome.gap)
            }
            switch try exchange(.amtSwitch, isNotReady: { _ in false }) {
            case .reply(let bytes):
                do {
                    return .known(try AMTSwitch(parsing: bytes))
                } catch {
                    return .unknown(Gap(error))
                }
            case .silence: return .unknown(.noAnswer)
            case .unsent(let outcome): return .unknown(outcome.gap)
            case .failed(let error): return .unknown(.other(error.says))
            }
        } catch {
            return .unknown("the device went into reset")
        }
    }

    private static var fellSilent: Gap { .notAsked("the firmware had stopped answering") }

    /// The answer of an AMT that is present and switched off.
    private static var disabled: FirmwareAnswer {
        var answer = FirmwareAnswer(.answered, because: "AMT is disabled: its interface answers with nothing")
        answer.amthi = .known(.disabled)
        return answer
    }
}

extension FirmwareAnswer.Outcome {
    /// Why questions that need this connection have no answer.
    fileprivate var gap: Gap {
        switch self {
        case .busy: .held
        case .silent: .noAnswer
        default: .other(says)
        }
    }
}

/// Sums up the results of the replies.
private struct Tally {
    var replies = 0
    /// Why no more questions are asked.
    private(set) var end: Gap?
    private var understood = false
    private var notReady = false
    private var fault: WireError?
    private var failure: FirmwareAnswer.Outcome?

    mutating func count(_ error: WireError?) {
        switch error {
        case nil: understood = true
        case .refused(.notReady): notReady = true
        case let error? where error.isRefusal: understood = true
        case let error?: fault = fault ?? error
        }
    }

    mutating func end(_ outcome: FirmwareAnswer.Outcome, _ gap: Gap) {
        failure = outcome
        end = gap
    }

    /// One understood reply is an answer, even if it is a refusal.
    var outcome: FirmwareAnswer.Outcome {
        if understood { return .answered }
        if let failure { return failure }
        if notReady { return .resetting }
        if let fault { return .garbled(fault.description) }
        return .failed("the recording does not contain these questions")
    }
}
