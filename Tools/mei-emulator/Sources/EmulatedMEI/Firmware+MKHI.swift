// MKHI: a header of four bytes (group, command with bit 7 in answers, zero, result), then the payload.

extension Firmware {
    func mkhi(_ bytes: [UInt8]) -> (request: Request, reply: [UInt8]?) {
        var cursor = Cursor(bytes)
        guard let group = cursor.byte(), let command = cursor.byte(), cursor.word() != nil, command & 0x80 == 0 else {
            return (Request(names: ["malformed", "mkhi", "any"]), nil)
        }
        func reply(result: UInt32, _ payload: [UInt8] = []) -> [UInt8] {
            [group, command | 0x80, 0, UInt8(truncatingIfNeeded: result)] + payload
        }
        func status(_ names: [String]) -> UInt32 { names.lazy.compactMap { machine.statuses[$0] }.first ?? 0 }

        switch (group, command) {
        case (0x03, 0x02):
            guard let rule = cursor.long(), let name = Question.mkhiRules[rule] else {
                return (Request(names: ["mkhi/rule", "mkhi", "any"]), reply(result: 0x81))
            }
            let names = ["mkhi/\(name)", "mkhi", "any"]
            let result = status(names)
            guard result == 0 else { return (Request(names: names), reply(result: result)) }
            var message = Message()
            message.long(rule)
            message.byte(4)
            message.long(data(of: rule))
            return (Request(names: names), reply(result: 0, message.bytes))
        case (0xFF, 0x02):
            let names = ["mkhi/version", "mkhi", "any"]
            let result = status(names)
            guard result == 0 else { return (Request(names: names), reply(result: result)) }
            return (Request(names: names), reply(result: 0, versions))
        default:
            let name = "mkhi/\(group).\(command)"
            let isForbidden = Question.forbiddenMKHI.contains { $0 == group && $1?.contains(command) ?? true }
            return (
                Request(names: [isForbidden ? "FORBIDDEN \(name)" : name, "mkhi", "any"]), reply(result: 0x8D)
            )
        }
    }

    private func data(of rule: UInt32) -> UInt32 {
        switch rule {
        case 0: machine.mkhi.capable
        case 32: machine.mkhi.enabled
        case 39: machine.mkhi.available
        default: machine.mkhi.platform
        }
    }

    /// Minor, major, build, hotfix: of the code, of the recovery, and of the image that the maker flashed. The kernel
    /// makes the three lines of `fw_ver` from them; if the file gives those lines, the versions are derived from them.
    private var versions: [UInt8] {
        let own = "0:\(machine.amt.version).\(machine.amt.build)"
        let lines = (machine.hardware.fwVer ?? own).split(separator: " ")
        var message = Message()
        for index in 0..<3 {
            let line = lines.isEmpty ? Substring(own) : lines[min(index, lines.count - 1)]
            let version = line.split(separator: ":").last ?? ""
            let numbers = version.split(separator: ".").map { UInt16($0) ?? 0 } + [0, 0, 0, 0]
            for number in [numbers[1], numbers[0], numbers[3], numbers[2]] { message.word(number) }
        }
        return message.bytes
    }
}
