public import AmtguardCore
import AmtguardLinux
public import SystemPackage

/// Asks the firmware of this machine, or of the tree below a directory.
public struct FirmwareQuestions: Sendable {
    /// `nil`: the machine itself.
    public var root: FilePath?
    /// Whether the machine's UUID is asked for too.
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
        var best: FirmwareAnswer?
        // All devices together have the time of one conversation: that is how long the guard waits.
        let end = Instant.now() + Timing.conversation
        for candidate in candidates {
            let remaining = end - .now()
            if best != nil, remaining < Timing.reply { break }
            let node = MEINode(candidate.name, below: try RootDirectory(path: root), isConfirmed: root == nil)
            var conversation = Conversation(over: Recorder(node), uuid: asksUUID, within: remaining)
            var answer = conversation.run()
            answer.note(candidate)
            recorded.append(
                Recording.Device(
                    attributes: Attributes.read(of: candidate.name, parent: candidate.parent, in: tree),
                    events: conversation.link.events))
            if answer.speaksForAMT { return (answer, recorded) }
            best = best ?? answer
        }
        return (best ?? FirmwareAnswer(.noDevice), recorded)
    }
}

extension Recording {
    /// The answer that the recorded firmware gave.
    public func answer(uuid: Bool = false) -> FirmwareAnswer {
        var best: FirmwareAnswer?
        for device in devices {
            var conversation = Conversation(over: Replay(device), uuid: uuid)
            var answer = conversation.run()
            // As the tree would show it: no empty attribute, and none longer than a line.
            func attribute(_ name: String) -> String? {
                device[name].flatMap { $0.isEmpty ? nil : printable($0.utf8.prefix(80), atMost: 80) }
            }
            answer.note(
                Presence.Device(
                    name: attribute("name") ?? "recording", kind: attribute("kind"), state: attribute("dev_state"),
                    firmwareVersion: attribute("fw_ver").flatMap(Attributes.version), parent: attribute("parent")))
            if answer.speaksForAMT { return answer }
            best = best ?? answer
        }
        return best ?? FirmwareAnswer(.failed("the recording holds no device"))
    }
}

extension FirmwareAnswer {
    /// Whether this device leads to AMT: another one could say no more.
    fileprivate var speaksForAMT: Bool {
        switch amthi {
        case .known(.notOffered), .unknown: false
        case .known: true
        }
    }

    /// Adds what `/sys` says of the device.
    fileprivate mutating func note(_ seen: Presence.Device) {
        device = .known(seen.name)
        deviceState = seen.state.map(Finding.known) ?? .unknown("the driver has no dev_state (before Linux 5.1)")
        firmwareVersion = seen.firmwareVersion.map(Finding.known) ?? .unknown("the driver reports no version (fw_ver)")
    }
}
