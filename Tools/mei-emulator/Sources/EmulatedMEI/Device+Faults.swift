// The faults, as given in the machine file.

extension Device {
    /// The first rule for one of these names, if it applies this time.
    mutating func strike(_ names: [String]) -> FaultRule? {
        for index in rules.indices where names.contains(rules[index].target) {
            if rules[index].after > 0 {
                rules[index].after -= 1
                continue
            }
            switch rules[index].times {
            case 0?: continue
            case let times?: rules[index].times = times - 1
            case nil: break
            }
            return rules[index]
        }
        return nil
    }

    /// A fault of open or connect; `nil`: the call continues.
    mutating func delay<Value>(by rule: FaultRule, at now: Moment, as: Value.Type) -> Outcome<Value>? {
        switch rule.fault {
        case .slow(let milliseconds): return .wait(until: now + milliseconds, interruptible: true)
        case .silent: return .wait(until: nil, interruptible: true)
        case .uninterruptible(let milliseconds): return .wait(until: now + milliseconds, interruptible: false)
        case .reset(let milliseconds):
            reset(lasting: milliseconds, at: now)
            return .failed(.ENODEV)
        case .busy(let milliseconds):
            let end = strangers[rule.target] ?? now + milliseconds
            strangers[rule.target] = end
            return now < end ? .failed(.EBUSY) : nil
        case .failure(let failure): return .failed(failure)
        default: return nil
        }
    }

    func bend(_ reply: [UInt8], by fault: Fault, mtu: Int) -> [UInt8] {
        switch fault {
        case .short(let count): return Array(reply.prefix(count ?? max(reply.count - 1, 0)))
        case .long(let count): return Array((reply + [UInt8](repeating: 0xA5, count: count)).prefix(mtu))
        case .oversized: return reply + [UInt8](repeating: 0xA5, count: max(mtu - reply.count, 0))
        case .zeroLength: return []
        case .garbage:
            // Noise that is the same each time.
            var noise: UInt32 = 0x2545_F491
            return reply.map { _ in
                noise ^= noise << 13
                noise ^= noise >> 17
                noise ^= noise << 5
                return UInt8(truncatingIfNeeded: noise)
            }
        case .length(let length):
            guard reply.count >= 12 else { return reply }
            var field = Message()
            field.long(length)
            return reply[..<8] + field.bytes + reply[12...]
        case .wrongCommand:
            guard reply.count >= 12 else { return [0xFF] + reply.dropFirst() }
            var field = Message()
            field.long(0x0480_007F)
            return reply[..<4] + field.bytes + reply[8...]
        case .status(let status):
            // MKHI has its result in the header.
            guard reply.count >= 16, reply.starts(with: [1, 1, 0, 0]) else {
                return Array(reply.prefix(3)) + [UInt8(truncatingIfNeeded: status)]
            }
            var message = Message()
            message.raw(reply[..<8])
            message.long(4)
            message.long(status)
            return message.bytes
        case .slow, .silent, .twice, .reset, .busy, .uninterruptible, .failure: return reply
        }
    }
}
