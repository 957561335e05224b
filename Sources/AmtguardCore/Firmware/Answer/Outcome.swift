extension FirmwareAnswer {
    /// What came of asking, over all.
    public enum Outcome: Hashable, Sendable {
        /// The firmware answered, be it that it has no AMT or that AMT is off.
        case answered
        /// No management engine on this machine.
        case noDevice
        /// A graphics card's device, and no management engine's.
        case graphicsOnly
        /// A management engine on the PCI bus, and no device node of it.
        case noDriver
        /// The node can't be opened by this user.
        case notPermitted
        /// The firmware or its driver is starting: ask again.
        case resetting
        /// Another program holds the one connection.
        case busy
        /// No answer in time.
        case silent
        /// Answers came, and none was whole: what was wrong with the first.
        case garbled(String)
        /// Anything else: the reason.
        case failed(String)

        /// The word for it in every face.
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

        /// The same for people, on one line.
        public var says: String {
            switch self {
            case .answered: "the firmware answered"
            case .noDevice: "no management engine interface is on the PCI bus"
            case .graphicsOnly: "the only such device belongs to a graphics card, not to the management engine"
            case .noDriver: "the management engine is on the PCI bus, and no driver serves it (mei_me)"
            case .notPermitted: "no permission to open the device: be root, or in the group amtguard-firmware"
            case .resetting: "the firmware is in reset or not ready yet: ask again"
            case .busy: "another program holds the AMT host interface"
            case .silent: "the firmware did not answer in time"
            case .garbled(let reason): "the answer is garbled: \(reason)"
            case .failed(let reason): reason
            }
        }

        /// What the word alone does not say.
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
