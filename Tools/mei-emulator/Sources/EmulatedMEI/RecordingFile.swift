// Replays a conversation that amtguard-firmware recorded with `--record`: headers, then for each device its attributes
// and the steps. Only recorded questions are answered; others get UNSUPPORTED.

/// The text of a recording.
public struct RecordingFile {
    /// Whether the first line of this text that is not a comment declares a recording.
    public static func isRecording(_ text: String) -> Bool {
        let first = text.split(separator: "\n").first { !$0.hasPrefix("#") }
        return first?.hasPrefix("amtguard-recording:") == true
    }

    /// The recorded machine, as far as it was recorded.
    public static func machine(parsing text: String) throws(MachineFile.SyntaxError) -> Machine {
        var reader = Reader()
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line.isEmpty || line.hasPrefix("#") { continue }
            guard reader.read(line) else {
                throw MachineFile.SyntaxError(
                    line: index + 1, problem: "not a line of a recording: '\(line)'",
                    allowed: "name: value; attribute name=value; open; connect UUID -> BYTES; write BYTES; read BYTES; "
                        + "each step with '-> errno NAME', a read with '-> silence'")
            }
        }
        return reader.machine
    }

    private struct Reader {
        var machine: Machine
        private var isDevice = false
        private var client: Client?
        private var request: [UInt8]?

        init() {
            machine = Machine()
            machine.clients = [:]
            machine.exchanges = [.amthi: []]
        }

        mutating func read(_ line: Substring) -> Bool {
            if line.hasPrefix("attribute ") { return attribute(line.dropFirst("attribute ".count)) }
            let words = line.split(separator: " ").map(String.init)
            let arrow = words.firstIndex(of: "->") ?? words.endIndex
            let subject = Array(words[..<arrow].dropFirst())
            let outcome = Array(words[arrow...].dropFirst())
            switch (words.first, subject.count) {
            case ("open"?, 0):
                client = nil
                request = nil
                if let failure = failure(outcome) { return fault("open", failure) }
                return outcome.isEmpty
            case ("connect"?, 1): return connect(to: subject[0], outcome)
            case ("write"?, 1):
                request = hexadecimal(subject[0])
                return request != nil
            case ("read"?, 0...1): return reply(subject.first, outcome)
            default: return !isDevice && words.first?.hasSuffix(":") == true
            }
        }

        private mutating func attribute(_ text: Substring) -> Bool {
            guard let equals = text.firstIndex(of: "=") else { return false }
            isDevice = true
            let value = String(text[text.index(after: equals)...])
            switch text[..<equals] {
            case "name":
                guard let index = Int(value.drop { !$0.isNumber }) else { return false }
                machine.hardware.index = index
            case "parent": if Machine.Hardware.isAddress(value) { machine.hardware.address = value }
            case "kind": machine.hardware.kind = value
            case "fw_ver": machine.hardware.fwVer = value
            case "hbm_ver": machine.hardware.hbmVer = value
            case "fw_status": machine.hardware.fwStatus = value
            case "dev_state":
                guard let state = DeviceState(rawValue: value) else { return false }
                machine.hardware.state = state
            default: break
            }
            return true
        }

        private mutating func connect(to uuid: String, _ outcome: [String]) -> Bool {
            guard let wire = mixedEndian(uuid: uuid) else { return false }
            client = Client(wire: wire)
            // Unknown clients are never asked here.
            guard let client else { return true }
            switch failure(outcome) {
            case .ENOTTY?: machine.clients[client] = .no
            case let failure?:
                machine.clients[client] = .yes
                return fault("connect/\(client.rawValue)", failure)
            case nil:
                guard outcome.count == 1, hexadecimal(outcome[0])?.count == 16 else { return false }
                machine.clients[client] = .yes
            }
            if machine.exchanges[client] == nil { machine.exchanges[client] = [] }
            return true
        }

        private mutating func reply(_ digits: String?, _ outcome: [String]) -> Bool {
            guard let client, let request else { return true }
            self.request = nil
            var reply: [UInt8]?
            if outcome.isEmpty {
                guard let bytes = hexadecimal(digits ?? "") else { return false }
                reply = bytes
            } else if failure(outcome) == nil, outcome != ["silence"] {
                return false
            }
            machine.exchanges[client, default: []].append(Machine.Exchange(request: request, reply: reply))
            return true
        }

        private func failure(_ outcome: [String]) -> Failure? {
            outcome.count == 2 && outcome[0] == "errno" ? Failure(name: outcome[1]) : nil
        }

        /// Once, as recorded.
        private mutating func fault(_ target: String, _ failure: Failure) -> Bool {
            guard let rule = FaultRule(target: target, text: "\(failure.name), times 1") else { return false }
            machine.faults.append(rule)
            return true
        }
    }
}
