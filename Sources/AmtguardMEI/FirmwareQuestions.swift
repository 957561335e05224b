public import AmtguardCore
import AmtguardLinux
public import SystemPackage

/// Asks the firmware of this machine, or of the tree below a directory.
public struct FirmwareQuestions: Sendable {
    /// `nil`: the machine itself.
    public var root: FilePath?
    /// Whether to ask for the machine's UUID too.
    public var asksUUID = false

    public init(root: FilePath? = nil, asksUUID: Bool = false) {
        self.root = root
        self.asksUUID = asksUUID
    }

    /// The answer of the device that leads to AMT, and a recording of all steps.
    ///
    /// - Throws: Why the root can't be opened.
    public func ask() throws(Errno) -> (answer: FirmwareAnswer, devices: [Recording.Device]) {
        let tree = try RootDirectory(path: root)
        let candidates: [Presence.Device]
        switch readPresence(in: tree).choice {
        case .none(let outcome): return (FirmwareAnswer(outcome), [])
        case .ask(let devices): candidates = devices
        }
        var recorded: [Recording.Device] = []
        var engines = Engines()
        // All devices together have the time of one conversation, because the guard waits no longer.
        let end = Instant.now() + Timing.conversation
        for candidate in candidates {
            let remaining = end - .now()
            if engines.answer != nil, remaining < Timing.reply {
                engines.miss(candidate.name)
                continue
            }
            let node = MEINode(candidate.name, below: try RootDirectory(path: root), isConfirmed: root == nil)
            var conversation = Conversation(over: Recorder(node), uuid: asksUUID, within: remaining)
            var answer = conversation.run()
            answer.note(candidate)
            recorded.append(
                Recording.Device(
                    attributes: Attributes.read(of: candidate.name, parent: candidate.parent, in: tree),
                    events: conversation.link.events))
            if engines.take(answer) { break }
        }
        return (engines.answer ?? FirmwareAnswer(.noDevice), recorded)
    }
}

extension Recording {
    /// The answer that the recorded firmware gave.
    public func answer(uuid: Bool = false) -> FirmwareAnswer {
        var engines = Engines()
        for device in devices {
            var conversation = Conversation(over: Replay(device), uuid: uuid)
            var answer = conversation.run()
            // As in `/sys`: no empty attribute, and none longer than a line.
            func attribute(_ name: String) -> String? {
                device[name].flatMap { $0.isEmpty ? nil : printable($0.utf8.prefix(80), atMost: 80) }
            }
            answer.note(
                Presence.Device(
                    name: attribute("name") ?? "recording", kind: attribute("kind"), state: attribute("dev_state"),
                    firmwareVersion: attribute("fw_ver").flatMap(Attributes.version), parent: attribute("parent")))
            if engines.take(answer) { break }
        }
        return engines.answer ?? FirmwareAnswer(.failed("the recording holds no device"))
    }
}

/// The answers of all engines, of which one counts: the first that leads to AMT, else the first.
private struct Engines {
    private(set) var answer: FirmwareAnswer?
    /// An engine that gave no answer. It may be the one with AMT, so the others do not prove that there is none.
    private var missed: String?

    /// Adds an answer. Returns whether no other engine needs to be asked.
    mutating func take(_ new: FirmwareAnswer) -> Bool {
        if new.leadsToAMT {
            answer = new
            return true
        }
        answer = answer ?? new
        if new.outcome != .answered { miss(new.device.value ?? "another engine") } else { doubt() }
        return false
    }

    /// Records an engine that was not asked.
    mutating func miss(_ name: String) {
        missed = missed ?? name
        doubt()
    }

    private mutating func doubt() {
        guard let missed, answer?.capable.value == false else { return }
        answer?.capable = .unknown(.other("\(missed) gave no answer, and may be the engine with AMT"))
    }
}

extension FirmwareAnswer {
    /// Whether this device leads to AMT; then no other device is asked.
    fileprivate var leadsToAMT: Bool {
        switch amthi {
        case .known(.notOffered), .unknown: false
        case .known: true
        }
    }

    /// Adds the attributes in `/sys` of the device.
    fileprivate mutating func note(_ seen: Presence.Device) {
        device = .known(seen.name)
        deviceState = seen.state.map(Finding.known) ?? .unknown("the driver has no dev_state (before Linux 5.1)")
        firmwareVersion = seen.firmwareVersion.map(Finding.known) ?? .unknown("the driver reports no version (fw_ver)")
    }
}
