/// When the firmware is asked: seldom, one question at a time, and never because a container starts or stops.
///
/// Each function is named after an event, and returns what to do about it. `wake(at:)` replaces the previous one; a
/// wake-up that is too early or too late does no harm.
public struct FirmwareSchedule: Hashable, Sendable {
    /// What the daemon must do.
    public enum Effect: Hashable, Sendable {
        /// Connect to the helper, then report the result with `answered`.
        case ask
        /// Close the connection: the answer took too long. The schedule counts it as a failure itself.
        case abandon
        /// Call `woke` at this time; `nil` for never.
        case wake(at: Instant?)
    }

    /// A question without an answer is abandoned after this time: connect and close of the device may block for half a
    /// minute.
    public static let patience = Duration.seconds(20)
    /// Addresses change one by one: the question waits until they stop changing.
    static let settling = Duration.seconds(5)
    /// The shortest time between automatic questions to the firmware.
    static let leastPause = Duration.seconds(60)
    /// A user's request or a resume asks at once, but after at least this time.
    static let leastPauseOnRequest = Duration.seconds(5)
    /// The first pause after a failure; each further pause is twice as long, up to the refresh.
    static let firstRetry = Duration.seconds(60)

    /// `RefreshSec=`
    private var refresh = Configuration().refresh
    /// Whether there is anything to ask.
    private var isNeeded = true
    /// The devices that could be asked; `nil` before the first look.
    private var devices: [Presence.Device]?
    private var isStarted = false
    private var isAsking = false
    private var askedAt: Instant?
    /// When a change of the device last caused a question.
    private var askedForDeviceAt: Instant?
    /// Since when a question is requested: by a user, by the start, or by a resume.
    private var requestedAt: Instant?
    /// When the device, or the addresses, will have been unchanged for long enough.
    private var deviceQuietAt: Instant?
    private var addressesQuietAt: Instant?
    /// When the refresh, or the next attempt after a failure, is due.
    private var refreshAt: Instant?
    private var failures = 0
    private var addresses = CarriedAddresses()
    private var wakeAt: Instant?

    /// A schedule that asks nothing before it is started.
    public init() {}

    /// Whether a question is under way.
    public var isQuestionOpen: Bool { isAsking }

    // MARK: - Events

    /// The daemon guards from now on; the reservation did not wait for this.
    public mutating func started(refresh: Duration, at now: Instant) -> [Effect] {
        self.refresh = refresh
        isStarted = true
        requestedAt = now
        return effects(at: now)
    }

    /// `/sys` was read: without a management engine there is nothing to ask, unless one may be hidden. A driver may
    /// load long after the start; then its device appears for the first time.
    ///
    /// - Parameters:
    ///   - presence: What `/sys` shows now.
    ///   - isPossible: Whether AMT is not proven impossible. Then the helper may find more.
    ///   - now: The time of the reading.
    public mutating func presenceSeen(_ presence: Presence, isPossible: Bool, at now: Instant) -> [Effect] {
        let isNeeded = presence.speaksForCSME || isPossible
        let hasCome = isNeeded && !self.isNeeded
        self.isNeeded = isNeeded
        let isOther = devices.map { $0 != presence.csmeDevices } ?? false
        devices = presence.csmeDevices
        if hasCome { requestedAt = now } else if isOther { deviceQuietAt = now + Self.settling }
        return effects(at: now)
    }

    /// The device appeared, disappeared or changed its state.
    public mutating func deviceChanged(at now: Instant) -> [Effect] {
        deviceQuietAt = now + Self.settling
        return effects(at: now)
    }

    /// The machine woke up: its firmware may have been reset in the meantime.
    public mutating func resumed(at now: Instant) -> [Effect] {
        requestedAt = now
        return effects(at: now)
    }

    /// SIGHUP: the configuration was read, and a user waits for an answer.
    public mutating func reloaded(refresh: Duration, at now: Instant) -> [Effect] {
        self.refresh = refresh
        if let refreshAt { self.refreshAt = min(refreshAt, now + refresh) }
        requestedAt = now
        return effects(at: now)
    }

    /// The host's present interfaces were read.
    public mutating func interfacesSeen(_ interfaces: [HostInterface], at now: Instant) -> [Effect] {
        if addresses.change(to: interfaces) { addressesQuietAt = now + Self.settling }
        return effects(at: now)
    }

    /// The question ended, with or without an answer.
    public mutating func answered(_ inquiry: FirmwareInquiry, at now: Instant) -> [Effect] {
        guard isAsking else { return [] }  // It was abandoned before.
        isAsking = false
        if inquiry == .failed(.noHelper) {
            // The firmware was not disturbed, and a user who starts the helper should not have to wait for an hour.
            refreshAt = now + min(Self.firstRetry, refresh)
        } else if inquiry.isWorthRepeating {
            retry(at: now)
        } else {
            failures = 0
            refreshAt = now + refresh
        }
        if let answer = inquiry.answer { addresses.hear(answer) }
        return effects(at: now)
    }

    /// The time of the last `wake` has come.
    public mutating func woke(at now: Instant) -> [Effect] {
        // Timers count whole microseconds, and may fire a fraction of one too early. This wake-up is over in any case.
        let now = wakeAt.map { $0 > now && $0 - now < .milliseconds(1) ? $0 : now } ?? now
        wakeAt = nil
        guard isAsking, let askedAt, now >= askedAt + Self.patience else { return effects(at: now) }
        isAsking = false
        retry(at: now)
        return [.abandon] + effects(at: now)
    }

    // MARK: - Due times

    /// When each cause may start a question.
    private var dueForRequest: Instant? { requestedAt.map { Self.later($0, askedAt, Self.leastPauseOnRequest) } }
    private var dueForDevice: Instant? { deviceQuietAt.map { Self.later($0, askedForDeviceAt, Self.leastPause) } }
    private var dueForAddresses: Instant? { addressesQuietAt.map { Self.later($0, askedAt, Self.leastPause) } }

    private static func later(_ time: Instant, _ former: Instant?, _ pause: Duration) -> Instant {
        former.map { max(time, $0 + pause) } ?? time
    }

    private var nextAt: Instant? {
        [dueForRequest, dueForDevice, dueForAddresses, refreshAt].compactMap { $0 }.min()
    }

    private mutating func retry(at now: Instant) {
        let pause = Self.firstRetry * (1 << min(failures, 20))
        failures += 1
        refreshAt = now + min(pause, refresh)
    }

    /// Asks if it is time, and sets the next wake-up.
    private mutating func effects(at now: Instant) -> [Effect] {
        var effects: [Effect] = []
        if isStarted, isNeeded, !isAsking, let nextAt, nextAt <= now {
            ask(at: now)
            effects.append(.ask)
        }
        let wake: Instant? =
            if isAsking { askedAt.map { $0 + Self.patience } } else if isStarted, isNeeded { nextAt } else { nil }
        if wake != wakeAt {
            wakeAt = wake
            effects.append(.wake(at: wake))
        }
        return effects
    }

    /// One question serves each cause that is settled by now. A cause that still changes gets its own question.
    private mutating func ask(at now: Instant) {
        if let due = dueForDevice, due <= now { askedForDeviceAt = now }
        isAsking = true
        askedAt = now
        refreshAt = nil
        requestedAt = nil
        if let quiet = deviceQuietAt, quiet <= now { deviceQuietAt = nil }
        if let quiet = addressesQuietAt, quiet <= now { addressesQuietAt = nil }
    }
}
