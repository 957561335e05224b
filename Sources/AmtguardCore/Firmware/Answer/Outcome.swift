extension FirmwareAnswer {
    /// The overall result of asking.
    public enum Outcome: Hashable, Sendable {
        /// The firmware answered, even if it reports that it has no AMT or that AMT is off.
        case answered
        /// No management engine on this machine.
        case noDevice
        /// There is a graphics card's device, but none of a management engine.
        case graphicsOnly
        /// A management engine on the PCI bus, but no device node for it.
        case noDriver
        /// This user can't open the node.
        case notPermitted
        /// The firmware or its driver is starting: ask again.
        case resetting
        /// Another program has the only connection.
        case busy
        /// No answer in time.
        case silent
        /// Answers came, but none was complete; what was wrong with the first.
        case garbled(String)
        /// Any other failure: the reason.
        case failed(String)

        /// Its word in every output.
        public var word: String {
            switch self {
            case .answered: "answered"
            case .noDevice: "no-device"
            case .graphicsOnly: "graphics-only"
            case .noDriver: "no-driver"
            case .notPermitted: "not-permitted"
            case .resetting: "resetting"
            case .busy: "busy"
            case .silent: "silent"
            case .garbled: "garbled"
            case .failed: "failed"
            }
        }

        /// The result for people, on one line.
        public var says: String {
            switch self {
            case .answered: "the firmware answered"
            case .noDevice: "no management engine interface is on the PCI bus"
            case .graphicsOnly: "the only such device belongs to a graphics card, not to the management engine"
            case .noDriver: "the management engine is on the PCI bus, but no driver serves it (mei_me)"
            case .notPermitted: "no permission to open the device: be root, or in the group amtguard-firmware"
            case .resetting: "the firmware is in reset or not ready yet: ask again"
            case .busy: "another program holds the AMT host interface"
            case .silent: "the firmware did not answer in time"
            case .garbled(let reason): "the answer is garbled: \(reason)"
            case .failed(let reason): reason
            }
        }

        /// The detail that `word` leaves out.
        var reason: String? {
            switch self {
            case .garbled(let reason), .failed(let reason): reason
            default: nil
            }
        }

        init?(word: String, reason: String) {
            let all: [Outcome] = [
                .answered, .noDevice, .graphicsOnly, .noDriver, .notPermitted, .resetting, .busy, .silent,
                .garbled(reason), .failed(reason),
            ]
            guard let outcome = all.first(where: { $0.word == word }) else { return nil }
            self = outcome
        }
    }
}
