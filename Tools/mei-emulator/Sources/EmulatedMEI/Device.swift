// The character device that programs see, in virtual time. Every call takes the time as an argument and returns the
// result of the system call, or the time until which it waits. Waiting calls are repeated: a read after every change,
// the others when their time has come.

/// Milliseconds of a clock that never goes backwards.
public typealias Moment = Int

/// How a system call continues.
public enum Outcome<Value> {
    case done(Value)
    case failed(Failure)
    /// `nil`: until something changes.
    case wait(until: Moment?, interruptible: Bool)
}

/// One node, `/dev/mei0`.
public struct Device {
    /// An open file, as the kernel counts them.
    public typealias File = UInt64

    /// The value of `dev_state`.
    public private(set) var state: DeviceState
    /// How often the state changed.
    public private(set) var stateChanges = 0
    /// How often anything changed that a reader or a poller may wait for.
    public private(set) var changes = 0
    /// The questions, oldest first; the code that prints them removes them.
    public var log: [String] = []

    private var firmware: Firmware
    var rules: [FaultRule]
    private var files: [File: OpenFile] = [:]
    private var lastFile: File = 0
    /// Until when another program has the slot, by the rule's target.
    var strangers: [String: Moment] = [:]
    private var deliveries: [(at: Moment, to: File, bytes: [UInt8])] = []
    private var enabledAt: Moment?

    private struct OpenFile {
        var connected: Client?
        /// The connection's port forwarding, if its client is LME.
        var forwarding: PortForwarding?
        var inbox: [[UInt8]] = []
        /// How many bytes of the first message were read.
        var offset = 0
    }

    /// The device of a machine, from now on.
    public init(_ machine: Machine, at now: Moment) {
        firmware = Firmware(machine: machine)
        rules = machine.faults
        state = machine.hardware.state
        enabledAt = machine.hardware.stateLasts.map { now + $0 }
    }

    /// Replaces the machine: docked, provisioned, repaired. Connections stay.
    public mutating func become(_ machine: Machine, at now: Moment) {
        firmware.machine = machine
        rules = machine.faults
        strangers = [:]
        enter(machine.hardware.state)
        enabledAt = machine.hardware.stateLasts.map { now + $0 }
    }

    // MARK: Time

    /// The next time at which `advance` has work.
    public var nextMoment: Moment? {
        (deliveries.map(\.at) + [enabledAt].compactMap { $0 }).min()
    }

    /// Runs the firmware's own work.
    public mutating func advance(to now: Moment) {
        if let moment = enabledAt, moment <= now {
            enabledAt = nil
            enter(.enabled)
        }
        // In the order of their due times; if two are due at once, the older first.
        let due = deliveries.enumerated().filter { $0.element.at <= now }
            .sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }
        guard !due.isEmpty else { return }
        deliveries.removeAll { $0.at <= now }
        for (_, delivery) in due { files[delivery.to]?.inbox.append(delivery.bytes) }
        changes += 1
    }

    /// Resets the firmware: all connections end, and no program can connect before it is over.
    public mutating func reset(lasting milliseconds: Int, at now: Moment) {
        log.append("reset")
        enter(.resetting)
        enabledAt = now + milliseconds
    }

    private mutating func enter(_ next: DeviceState) {
        guard next != state else { return }
        state = next
        stateChanges += 1
        changes += 1
        log.append("state \(next.rawValue)")
        guard next != .enabled else { return }
        deliveries = []
        for file in files.keys { files[file] = OpenFile() }
    }

    // MARK: System calls

    /// open(2). `resumed`: its wait is over.
    public mutating func open(resumed: Bool, at now: Moment) -> Outcome<File> {
        if !resumed, let rule = strike(["open"]) {
            if let outcome = delay(by: rule, at: now, as: File.self) { return outcome }
        }
        guard state == .enabled else { return .failed(.ENODEV) }
        lastFile += 1
        files[lastFile] = OpenFile()
        log.append("open \(lastFile)")
        return .done(lastFile)
    }

    /// IOCTL_MEI_CONNECT_CLIENT: 16 bytes in, 16 bytes out.
    public mutating func connect(
        _ file: File, _ argument: [UInt8], resumed: Bool, at now: Moment
    ) -> Outcome<[UInt8]> {
        guard state == .enabled else { return .failed(.ENODEV) }
        guard let open = files[file], argument.count == 16 else { return .failed(.EINVAL) }
        guard open.connected == nil else { return .failed(.EBUSY) }
        guard let client = Client(wire: argument), client.connections > 0,
            let offer = firmware.machine.clients[client], offer == .yes || offer == .hidden
        else {
            log.append("connect \(file) \(hexadecimal(argument)): ENOTTY")
            return .failed(.ENOTTY)
        }
        if !resumed {
            if let rule = strike(["connect/\(client.rawValue)", "connect"]),
                let outcome = delay(by: rule, at: now, as: [UInt8].self)
            {
                log.append("connect \(file) \(client.rawValue): \(rule.fault)")
                return outcome
            }
        }
        guard files.values.count(where: { $0.connected == client }) < Int(client.connections) else {
            log.append("connect \(file) \(client.rawValue): EBUSY")
            return .failed(.EBUSY)
        }
        files[file]?.connected = client
        changes += 1
        log.append("connect \(file) \(client.rawValue)")
        if client == .lme, firmware.machine.exchanges[.lme] == nil {
            let forwarding = PortForwarding(firmware.machine)
            files[file]?.forwarding = forwarding
            deliveries.append((now + firmware.machine.hardware.latency, file, forwarding.greeting))
            advance(to: now)
        }
        var answer = Message()
        answer.long(client.mtu)
        answer.byte(1)
        // The kernel does not change the rest of the caller's buffer.
        return .done(answer.bytes + argument.dropFirst(5))
    }

    /// write(2): one message.
    public mutating func write(_ file: File, _ bytes: [UInt8], resumed: Bool, at now: Moment) -> Outcome<Int> {
        guard state == .enabled, let client = files[file]?.connected else { return .failed(.ENODEV) }
        guard bytes.count <= Int(client.mtu) else { return .failed(.EFBIG) }
        if bytes.isEmpty { return .done(0) }
        var forwarding = files[file]?.forwarding
        let (request, replies) = firmware.answer(bytes, to: client, &forwarding)
        var bent = replies
        var moment = now + firmware.machine.hardware.latency
        if !resumed, let rule = strike(request.names) {
            log.append("ask \(file) \(client.rawValue) \(request.title): \(rule.fault)")
            switch rule.fault {
            case .slow(let milliseconds): moment += milliseconds
            case .silent: bent = []
            case .reset(let milliseconds):
                reset(lasting: milliseconds, at: now)
                return .done(bytes.count)
            case .uninterruptible(let milliseconds):
                return .wait(until: now + milliseconds, interruptible: false)
            case .failure(let failure): return .failed(failure)
            default:
                moment += rule.delay
                bent = replies.map { bend($0, by: rule.fault, mtu: Int(client.mtu)) }
                if rule.fault == .twice { bent += replies }
            }
        } else {
            log.append("ask \(file) \(client.rawValue) \(request.title)")
        }
        files[file]?.forwarding = forwarding
        deliveries += bent.map { (moment, file, $0) }
        advance(to: now)
        return .done(bytes.count)
    }

    /// read(2): one message, or the rest of it.
    public mutating func read(_ file: File, atMost count: Int, blocking: Bool) -> Outcome<[UInt8]> {
        guard state == .enabled, let open = files[file], open.connected != nil else { return .failed(.ENODEV) }
        guard let message = open.inbox.first else {
            return blocking ? .wait(until: nil, interruptible: true) : .failed(.EAGAIN)
        }
        let part = Array(message.dropFirst(open.offset).prefix(count))
        if open.offset + part.count >= message.count {
            files[file]?.inbox.removeFirst()
            files[file]?.offset = 0
        } else {
            files[file]?.offset += part.count
        }
        return .done(part)
    }

    /// The result of poll(2).
    public struct Readiness: Hashable, Sendable {
        public var readable = false
        public var writable = false
        public var error = false

        /// Not connected, or no device.
        public static let gone = Readiness(error: true)
    }

    /// poll(2).
    public func readiness(of file: File) -> Readiness {
        guard state == .enabled, let open = files[file], open.connected != nil else { return Readiness(error: true) }
        return Readiness(readable: !open.inbox.isEmpty, writable: true)
    }

    /// The last close(2).
    public mutating func release(_ file: File) {
        guard files.removeValue(forKey: file) != nil else { return }
        deliveries.removeAll { $0.to == file }
        changes += 1
        log.append("close \(file)")
    }
}
